/** The judge: reduces a collection by its published schema and compares it with the table it was captured from. */

import { createReducer, type Reducer } from '../../connector/reduction/reducer.ts';
import { isObject, parseJson, type JsonValue } from '../../connector/reduction/json.ts';
import { itemDifference } from './attribute-match.ts';
import {
  countDuplicates,
  keyText,
  type CapturedCollection,
  type DocumentMeta,
} from './captured-collection.ts';
import type { DynamoDbCalls, Item, KeyDefinition } from './dynamodb-calls.ts';

/**
 * For each page, DynamoDB Local reads the whole segment: with segments of about a page, the time grows with the
 * table and not with its square.
 */
const segmentItems = 1000;
const scanConcurrency = 2;
/** So many findings are told in words; all are counted. */
const examplesMax = 10;

export interface Verdict {
  /** Items in the table. */
  readonly items: number;
  /** In the table, not in the collection. */
  readonly missing: number;
  /** In both, and not the same. */
  readonly stale: number;
  /** Not in the table, but in the collection. */
  readonly resurrected: number;
  /** Documents that were committed a second time. */
  readonly duplicated: number;
  readonly examples: readonly string[];
}

export interface CapturedTable {
  readonly table: string;
  readonly key: readonly KeyDefinition[];
  readonly schema: Readonly<Record<string, unknown>>;
  readonly collection: CapturedCollection;
}

/**
 * Compares one table, which must be at rest, item by item. Throws when a document is not valid by the schema, and
 * when the signal aborts.
 */
export async function verifyTable(
  dynamoDb: Pick<DynamoDbCalls, 'scan'>,
  captured: CapturedTable,
  signal?: AbortSignal,
): Promise<Verdict> {
  const { table, key, collection } = captured;
  const reducer = createReducer(captured.schema);
  const keyNames = key.map(({ name }) => name);
  const counts = { items: 0, missing: 0, stale: 0, resurrected: 0, duplicated: 0 };
  const examples: string[] = [];
  const find = (kind: 'missing' | 'stale' | 'resurrected' | 'duplicated', text: string) => {
    counts[kind] += 1;
    if (examples.length < examplesMax) examples.push(`${table} ${text}`);
  };

  const inTable = new Set<string>();
  const judge = (item: Item) => {
    counts.items += 1;
    const text = keyText(keyNames.map((name) => keyValueOf(item, name)));
    inTable.add(text);
    const document = reduceDocuments(reducer, collection.documentsOf(text));
    if (document === undefined) {
      find('missing', `${text} is missing`);
      return;
    }
    const difference = isObject(document)
      ? itemDifference(item, document, keyNames)
      : 'is no object';
    if (difference !== undefined) find('stale', `${text} is stale: ${difference}`);
  };
  const totalSegments = Math.max(1, Math.ceil(collection.keyCount / segmentItems));
  await forEachItem(dynamoDb, { table, totalSegments }, judge, signal);

  for (const text of collection.keys()) {
    const documents = collection.documentsOf(text);
    for (
      let left = countDuplicates(documents.map(metaOf), collection.repairEpochs);
      left > 0;
      left--
    ) {
      find('duplicated', `${text} has a document that was committed twice`);
    }
    if (inTable.has(text) || reduceDocuments(reducer, documents) === undefined) continue;
    find('resurrected', `${text} was deleted, and is still in the collection`);
  }
  return { ...counts, examples };
}

/** Sums of several tables' verdicts. */
export function sumVerdicts(verdicts: readonly Verdict[]): Verdict {
  const sum = (member: Exclude<keyof Verdict, 'examples'>) =>
    verdicts.reduce((total, verdict) => total + verdict[member], 0);
  return {
    items: sum('items'),
    missing: sum('missing'),
    stale: sum('stale'),
    resurrected: sum('resurrected'),
    duplicated: sum('duplicated'),
    examples: verdicts.flatMap(({ examples }) => examples).slice(0, examplesMax),
  };
}

export function isConvergent({ missing, stale, resurrected, duplicated }: Verdict): boolean {
  return missing + stale + resurrected + duplicated === 0;
}

/**
 * What Flow has under a key after all its documents. The first one is stored as it is, a delete too: that is why
 * the connector must not emit a delete of what it never emitted.
 */
function reduceDocuments(reducer: Reducer, documents: readonly string[]): JsonValue | undefined {
  let reduced: JsonValue | undefined;
  for (const text of documents) {
    const document = parseJson(text);
    if (reduced === undefined) {
      reducer.assertValid(document);
      reduced = document;
    } else {
      const result = reducer.reduce(reduced, document, true);
      reduced = result.deleted ? undefined : result.document;
    }
  }
  return reduced;
}

async function forEachItem(
  dynamoDb: Pick<DynamoDbCalls, 'scan'>,
  { table, totalSegments }: { readonly table: string; readonly totalSegments: number },
  take: (item: Item) => void,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  const scan = async () => {
    while (next < totalSegments) {
      const segment = next++;
      let startKey: Item | undefined;
      do {
        signal?.throwIfAborted();
        const page = await dynamoDb.scan(table, { segment, totalSegments, startKey });
        page.Items.forEach(take);
        startKey = page.LastEvaluatedKey;
      } while (startKey !== undefined);
    }
  };
  await Promise.all(Array.from({ length: scanConcurrency }, scan));
}

/** A key attribute as it has to be in a document. */
export function keyValueOf(item: Item, name: string): string | undefined {
  const value = Object.entries(item).find(([attribute]) => attribute === name)?.[1];
  return value?.S ?? value?.N ?? value?.B;
}

function metaOf(document: string): DocumentMeta {
  return (JSON.parse(document) as { _meta: DocumentMeta })._meta;
}
