// Types of resource-config.schema.json, written by `npm run generate`: do not edit.

/**
 * One table to capture.
 */
export interface Resource {
  /**
   * The name of the table to be captured, or its ARN.
   */
  table: string;
  /**
   * Read capacity units that the backfill of the table may consume per second. If you leave it at 0 or blank, it follows from the capacity of the table.
   */
  rcuAllocation?: number;
  /**
   * For this table, instead of the option of the same name of the capture: whether a change also carries the item as it was before. Leave it out to keep to the capture's option.
   */
  beforeImages?: boolean;
  /**
   * For this table, instead of the option of the same name of the capture: capture or ignore items that DynamoDB deletes because they have expired. Leave it blank to keep to the capture's option.
   */
  ttlDeletes?: 'capture' | 'ignore';
}
