/** The table and the bucket that the questions are asked of: made, and taken away again. */

import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { createAws, type Aws } from '../../connector/aws/aws.ts';
import { objectAddress } from '../../connector/aws/object-address.ts';
import { createS3Endpoints } from '../../connector/aws/s3-endpoints.ts';
import { parseEndpointConfig } from '../../connector/config/config.ts';
import { processHost } from '../../connector/process-host/process-host.ts';
import { quietLog, type Pace } from './pace.ts';

/** With signs that a key may have and a URL may not. */
export const prefix = 'questions/a (b)+c';

export interface Place {
  readonly region: string;
  readonly endpoint?: string;
}

export interface Stage {
  readonly client: DynamoDBClient;
  /** The connector's own way to AWS. */
  readonly aws: Aws;
  readonly name: string;
  readonly tableArn: string;
  readonly tableId: string;
  readonly streamArn: string;
}

export async function openAws({ region, endpoint }: Place) {
  const advanced = endpoint === undefined ? {} : { endpoint };
  const config = parseEndpointConfig({ region, advanced });
  const host = processHost();
  const retry = {
    ...{ clock: host.clock, random: host.random, log: quietLog, reportedAtMs: new Map() },
    ...{ patienceMs: 60_000, throttledPatienceMs: 60_000 },
  };
  const client = new DynamoDBClient({ region, ...(endpoint === undefined ? {} : { endpoint }) });
  return { client, aws: await createAws(config, host, retry) };
}

/** A table on demand, with a stream, time to live and point-in-time recovery. */
export async function buildTable(
  opened: Awaited<ReturnType<typeof openAws>>,
  name: string,
  pace: Pace,
): Promise<Stage> {
  const { client, aws } = opened;
  await client.send(
    new CreateTableCommand({
      TableName: name,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  const describe = async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    return Table?.TableStatus === 'ACTIVE' ? Table : undefined;
  };
  const table = await pace.until('the table', describe);
  const timeToLive = { AttributeName: 'expiresAt', Enabled: true };
  await client.send(
    new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: timeToLive }),
  );
  const recovery = { PointInTimeRecoveryEnabled: true };
  await pace.until('point-in-time recovery', async () => {
    try {
      await client.send(
        new UpdateContinuousBackupsCommand({
          TableName: name,
          PointInTimeRecoverySpecification: recovery,
        }),
      );
      return true;
    } catch (error) {
      // For a while after a table was made.
      if ((error as Error).name === 'ContinuousBackupsUnavailableException') return undefined;
      throw error;
    }
  });
  const { TableArn = '', TableId = '', LatestStreamArn = '' } = table;
  return { client, aws, name, tableArn: TableArn, tableId: TableId, streamArn: LatestStreamArn };
}

/** Since when, and until when, recovery remembers; in milliseconds. */
export async function remembered({ client, name }: Stage) {
  const { ContinuousBackupsDescription: described } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: name }),
  );
  const recovery = described?.PointInTimeRecoveryDescription;
  return {
    earliestMs: recovery?.EarliestRestorableDateTime?.getTime(),
    latestMs: recovery?.LatestRestorableDateTime?.getTime(),
  };
}

export async function removeTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(new DeleteTableCommand({ TableName: name }));
}

/** A bucket by the few calls that the connector has no use for. */
export class Bucket {
  readonly name: string;
  readonly #client: DynamoDBClient;
  readonly #place: Place;
  readonly #pace: Pace;

  constructor(name: string, client: DynamoDBClient, place: Place, pace: Pace) {
    this.name = name;
    this.#client = client;
    this.#place = place;
    this.#pace = pace;
  }

  async create(): Promise<void> {
    const { region } = this.#place;
    const body = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
    await this.#call('PUT', '', {}, region === 'us-east-1' ? '' : body);
  }

  /** Keys and sizes, at most a thousand. */
  async list(): Promise<{ readonly key: string; readonly bytes: number }[]> {
    const xml = await this.#call('GET', '', { 'list-type': '2' });
    const found = xml.matchAll(/<Key>([^<]*)<\/Key>.*?<Size>(\d+)<\/Size>/gs);
    return [...found].map(([, key = '', bytes]) => ({
      key: key.replace(/&amp;/g, '&'),
      bytes: Number(bytes),
    }));
  }

  /** With all that is in it. */
  async remove(): Promise<void> {
    for (let page = await this.list(); page.length > 0; page = await this.list()) {
      for (const { key } of page) await this.#call('DELETE', key);
    }
    await this.#call('DELETE', '');
  }

  async #call(
    method: string,
    key: string,
    query: Record<string, string> = {},
    body = '',
  ): Promise<string> {
    const { region, endpoint } = this.#place;
    const endpoints = await createS3Endpoints(this.#client.config, endpoint);
    const { protocol, hostname, port, path } = objectAddress(endpoints.of(region), this.name, key);
    const signature = new SignatureV4({
      ...{ service: 's3', region, credentials: this.#client.config.credentials },
      ...{ sha256: Hash.bind(null, 'sha256'), uriEscapePath: false, applyChecksum: true },
    });
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    const request = { method, protocol, hostname, path, query, headers: { host }, body };
    const signingDate = new Date(this.#pace.now());
    const { headers } = await signature.sign(request, { signingDate });
    const url = new URL(`${protocol}//${host}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const response = await fetch(url, { method, headers, ...(body === '' ? {} : { body }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url.pathname}: ${response.status} ${text}`);
    return text;
  }
}
