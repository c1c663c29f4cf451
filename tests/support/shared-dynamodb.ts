/** One DynamoDB for all test files of a Jest run: started by the first that needs it, ended with the run. */

import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDbCalls, type KeyDefinition } from './dynamodb-calls.ts';
import { openDynamoDb } from './dynamodb-local.ts';
import type { StreamViewType } from '../../connector/table.ts';

const startMsMax = 60_000;
const pollMs = 50;

/**
 * The tables to test against: those of `DYNAMODB_ENDPOINT`, or of a DynamoDB Local. Throws one clear line when
 * there can be neither.
 *
 * Test files run in processes of their own, so the first one leaves a mark, which the others wait for. The server
 * itself watches the process of the whole run, and goes when that goes, also when it was killed.
 */
export async function sharedDynamoDb(): Promise<DynamoDbCalls> {
  // A test file runs in a child of the run, or in the run itself when there is only one.
  const ownerPid = process.send === undefined ? process.pid : process.ppid;
  const markFile = path.join(tmpdir(), `source-dynamodb-tests-${ownerPid}`);
  const until = Date.now() + startMsMax;
  while (Date.now() < until) {
    if (takeMark(markFile)) return new DynamoDbCalls(await start(ownerPid, markFile));
    const endpoint = readMark(markFile);
    if (endpoint !== '' && (await answers(endpoint))) return new DynamoDbCalls(endpoint);
    // A server that is gone has left its mark, and another run has been given the number of its process.
    if (endpoint !== '') rmSync(markFile, { force: true });
    await sleep(pollMs);
  }
  throw new Error(`Another test did not start DynamoDB Local in time; remove "${markFile}"`);
}

/** A name that no other test and no other run uses. */
export function freshName(name: string): string {
  return `test-${name}-${process.pid}-${Date.now().toString(36)}`;
}

export interface TableOptions {
  readonly key?: readonly KeyDefinition[];
  /** Absent for a table without a stream. */
  readonly stream?: StreamViewType;
}

/** Creates a table for one test, with the key `id` (S) if none is given, and returns its name. */
export async function createTestTable(
  dynamoDb: DynamoDbCalls,
  name: string,
  { key = [{ name: 'id', type: 'S' }], stream }: TableOptions,
): Promise<string> {
  const fresh = freshName(name);
  await dynamoDb.createTable(fresh, key, stream);
  return fresh;
}

async function start(ownerPid: number, markFile: string): Promise<string> {
  try {
    const { endpoint } = await openDynamoDb({ ownerPid, markFile });
    writeFileSync(markFile, endpoint);
    return endpoint;
  } catch (error) {
    rmSync(markFile, { force: true });
    throw error;
  }
}

/** True when the mark was not there; now it is, and empty. */
function takeMark(markFile: string): boolean {
  try {
    closeSync(openSync(markFile, 'wx'));
    return true;
  } catch {
    return false;
  }
}

/** The endpoint, or nothing while it is being started. */
function readMark(markFile: string): string {
  try {
    return readFileSync(markFile, 'utf8');
  } catch {
    return '';
  }
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await (await fetch(endpoint)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
