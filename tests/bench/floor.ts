/** What cannot be undercut: Node's own HTTP client reads the same bodies and drops them. */

import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { tableName } from './static-server.ts';

/** As many as a connector has in flight. */
const lanes = 8;
const warmUpMs = 500;

export interface FloorSettings {
  readonly endpoint: string;
  readonly call: 'Scan' | 'GetRecords';
}

export interface FloorResult {
  readonly bytes: number;
  readonly cpuSeconds: number;
}

/** The role: reads for as many seconds as it is asked to. */
export function floorRole({ endpoint, call }: FloorSettings) {
  return async ({ seconds }: { readonly seconds: number }): Promise<FloorResult> => {
    const reader = new Reader(new URL(endpoint), call);
    for (let lane = 0; lane < lanes; lane += 1) reader.readOn();
    await sleep(warmUpMs);
    const [bytes, cpu] = [reader.bytes, process.cpuUsage()];
    await sleep(seconds * 1000);
    const { user, system } = process.cpuUsage(cpu);
    reader.stop();
    return { bytes: reader.bytes - bytes, cpuSeconds: (user + system) / 1e6 };
  };
}

class Reader {
  /** Of bodies, so far. */
  bytes = 0;
  readonly #options: https.RequestOptions;
  readonly #http: typeof http | typeof https;
  readonly #body: string;
  #isStopped = false;

  constructor(endpoint: URL, call: FloorSettings['call']) {
    this.#http = endpoint.protocol === 'http:' ? http : https;
    const service = call === 'Scan' ? 'DynamoDB_20120810' : 'DynamoDBStreams_20120810';
    this.#options = {
      agent: new this.#http.Agent({ keepAlive: true }),
      hostname: endpoint.hostname,
      port: endpoint.port,
      method: 'POST',
      headers: { 'x-amz-target': `${service}.${call}` },
    };
    const input = { TableName: tableName, Segment: 0, ShardIterator: 'floor/0' };
    this.#body = JSON.stringify(input);
  }

  /** One request after the other, until stopped. */
  readOn(): void {
    const request = this.#http.request(this.#options, (response) => {
      response.on('data', (chunk: Buffer) => {
        this.bytes += chunk.length;
      });
      response.on('end', () => {
        if (!this.#isStopped) this.readOn();
      });
    });
    request.on('error', (error) => {
      if (!this.#isStopped) throw error;
    });
    request.end(this.#body);
  }

  stop(): void {
    this.#isStopped = true;
    (this.#options.agent as http.Agent).destroy();
  }
}
