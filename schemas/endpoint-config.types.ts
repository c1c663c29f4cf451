// Types of endpoint-config.schema.json, written by `npm run generate`: do not edit.

/**
 * Where the tables are, and how you gain access to them.
 */
export interface SourceDynamoDBSpec {
  /**
   * Region of the DynamoDB tables.
   */
  region: string;
  /**
   * How you sign in to AWS. You can leave this out of a local run: the connector then uses the credentials of your environment, profile or machine, as the AWS command line does.
   */
  credentials: AWSAccessKey | AWSIAM;
  advanced?: AdvancedOptions;
  /**
   * Access key ID in the form of earlier versions. Use the authentication above instead.
   */
  awsAccessKeyId?: string;
  /**
   * Secret access key in the form of earlier versions. Use the authentication above instead.
   */
  awsSecretAccessKey?: string;
}
/**
 * The access key of an IAM user.
 */
export interface AWSAccessKey {
  /**
   * Sign in with an access key.
   */
  auth_type: 'AWSAccessKey';
  /**
   * Access key ID of an IAM user that may read your tables and their streams.
   */
  aws_access_key_id: string;
  /**
   * Secret access key that belongs to the access key ID.
   */
  aws_secret_access_key: string;
}
/**
 * An IAM role that Flow assumes for you.
 */
export interface AWSIAM {
  /**
   * Sign in with an IAM role.
   */
  auth_type: 'AWSIAM';
  /**
   * Region in which Flow asks AWS for the role's temporary credentials.
   */
  aws_region: string;
  /**
   * ARN of the role. It must trust Flow's identity provider and allow sessions of 12 hours.
   */
  aws_role_arn: string;
}
/**
 * Options for advanced users. You should not typically need to modify these.
 */
export interface AdvancedOptions {
  /**
   * Number of segments that a table is divided into for its backfill; 0 or blank means one for each megabyte, 100 at most, and 100 where read units are limited. A change has no effect on backfills that have begun.
   */
  backfillSegments?: number;
  /**
   * Number of items that one backfill request reads at most. If you leave it at 0 or blank, DynamoDB's own limit of 1 MB applies, and tables with little read capacity are read 100 items at a time.
   */
  scanLimit?: number;
  /**
   * URL to connect to instead of AWS's own. Use it if you capture from a compatible API, a proxy or a private endpoint; tables and streams must both be served there.
   */
  endpoint?: string;
  /**
   * How long a shard without new changes is left alone at most, such as 1s or 1m30s; blank means 1s. With longer waits idle tables cost fewer requests, and their next change arrives later. Times below 200ms count as 200ms, and those above 10m as 10m.
   */
  idleBackoffMax?: string;
  /**
   * Keep every change of an item in its collection, rather than combining the changes of a key into the latest one. Blank means no. It takes effect for collections that you discover from then on.
   */
  historyMode?: boolean;
  /**
   * What happens if changes were lost before they could be read, for instance because the capture was stopped for more than 24 hours. With fail, or blank, the capture stops and tells you which table to backfill; with backfill it backfills that table by itself. With repair it heals the gap from incremental exports of the table, which needs point-in-time recovery and an export bucket, and stops where that is not possible; with repair-or-backfill it backfills the table there.
   */
  onDataLoss?: 'fail' | 'backfill' | 'repair' | 'repair-or-backfill';
  tableFilter?: TableFilter;
  /**
   * S3 bucket for the exports that a repair needs. Only repairs write to it.
   */
  exportBucket?: string;
  /**
   * Prefix of the keys under which DynamoDB writes exports to the bucket; blank means none.
   */
  exportPrefix?: string;
  /**
   * ID of the AWS account that owns the bucket, 12 digits, if that is not the account of your credentials.
   */
  exportBucketOwner?: string;
  /**
   * How numbers that are no key are written. With exact, or blank, as JSON numbers where Flow keeps all their digits, and as strings where not. With double as JSON numbers, rounded to 17 digits as Estuary's own connector does it. With string as strings, whose columns hold all digits from the beginning. Choose before the first backfill.
   */
  numbers?: 'exact' | 'double' | 'string';
  /**
   * Whether a change also carries the item as it was before, in _meta/before. Blank means yes. Without it a collection of many changes is smaller by a tenth to a fifth, and Flow bills by the byte.
   */
  beforeImages?: boolean;
  /**
   * What happens to items that DynamoDB deletes because they have expired. With capture, or blank, they are deleted from the collection too. With ignore they stay in it as they were.
   */
  ttlDeletes?: 'capture' | 'ignore';
}
/**
 * Tables that discovery looks at, by patterns of their names, in which * stands for any characters and ? for one. Bindings that you have are captured all the same.
 */
export interface TableFilter {
  /**
   * Patterns of the tables to look at. If there is none, discovery looks at all tables.
   *
   * Items: Pattern of table names.
   */
  include?: string[];
  /**
   * Patterns of tables to leave out, also of those that are included.
   *
   * Items: Pattern of table names.
   */
  exclude?: string[];
}
