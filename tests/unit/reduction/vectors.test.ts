/** Flow's own test vectors, each run through the part of the reducer that it speaks of. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { compareKeys, compareValues, parsePointer } from '../../../connector/reduction/order.ts';
import {
  Collection,
  Combiner,
  createReducer,
  parseJson,
  ReductionError,
  storeAction,
  stringifyJson,
  type JsonObject,
  type JsonValue,
  type Reducer,
} from '../../../connector/reduction/reduction.ts';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly schema: JsonObject;
  readonly [field: string]: unknown;
}
interface Step {
  readonly doc: JsonValue;
  readonly full: boolean;
  readonly expect: JsonValue;
  readonly expectError?: boolean;
  readonly error?: string;
}
interface Added {
  readonly doc: JsonValue;
  readonly front: boolean;
}

const file = 'tests/support/reduction-vectors.json';
const { vectors } = parseJson(readFileSync(file)) as unknown as { vectors: Vector[] };

// The messages of the vectors, and the kinds of error that stand for them here.
const kinds: readonly (readonly [RegExp, string])[] = [
  [/append strategy expects arrays/, 'append-wrong-type'],
  [/merge strategy expects objects or arrays/, 'merge-wrong-type'],
  [/non-associative reduction/, 'not-associative'],
  [/sum strategy expects numbers/, 'sum-wrong-type'],
  [/numeric overflow/, 'sum-overflow'],
  [/SetWrongType/, 'set-wrong-type'],
];

/** What a reduction gives, as text to compare: the document, or the kind of its error. */
function outcome(act: () => JsonValue): string {
  try {
    return stringifyJson(sorted(act()));
  } catch (error) {
    if (error instanceof ReductionError) return `error ${error.kind}`;
    throw error;
  }
}

function wanted({ expect: document, expectError, error }: Omit<Step, 'doc' | 'full'>): string {
  if (expectError !== true) return stringifyJson(sorted(document));
  const [, kind] = kinds.find(([message]) => message.test(error ?? '')) ?? [];
  return `error ${String(kind)}`;
}

/** A copy whose properties are in one order, so that equal documents have equal text. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

function runSteps(reducer: Reducer, steps: readonly Step[]): void {
  let document: JsonValue | undefined;
  for (const step of steps) {
    const lhs = document;
    const got = outcome(() => {
      document = lhs === undefined ? step.doc : reducer.reduce(lhs, step.doc, step.full).document;
      return document;
    });
    expect(got).toBe(wanted(step));
  }
}

function collectionOf({ schema, key, keyDefaults }: Vector): Collection {
  return new Collection({
    schema,
    key: key as string[],
    keyDefaults: (keyDefaults as JsonValue[] | undefined) ?? [],
  });
}

function drain(vector: Vector, rounds: readonly (readonly Added[])[]) {
  const combiner = new Combiner(collectionOf(vector), { isFull: vector['full'] as boolean });
  for (const round of rounds) {
    for (const { doc, front } of round) combiner.add(doc, front);
    combiner.compact();
  }
  return combiner.drain();
}

const orderOf = (order: number) => (order < 0 ? 'lt' : order > 0 ? 'gt' : 'eq');

const runners: Record<string, (vector: Vector) => void> = {
  sequence: (vector) => {
    runSteps(createReducer(vector.schema), vector['steps'] as Step[]);
  },
  pair: (vector) => {
    const [lhs, rhs] = vector['documents'] as [JsonValue, JsonValue];
    const reducer = createReducer(vector.schema);
    const got = outcome(() => reducer.reduce(lhs, rhs, vector['full'] as boolean).document);
    expect(got).toBe(wanted(vector as unknown as Step));
  },
  'set-form': (vector) => {
    const [lhs, rhs] = vector['documents'] as [JsonValue, JsonValue];
    const reducer = createReducer(vector.schema);
    const got = outcome(() => {
      reducer.reduce(lhs, rhs, vector['full'] as boolean);
      return true;
    });
    expect(got).toBe(vector['expectValidForm'] === true ? 'true' : 'error set-wrong-type');
  },
  'collection-test': (vector) => {
    const combiner = new Combiner(collectionOf(vector), { isFull: true });
    for (const document of vector['documents'] as JsonValue[]) combiner.add(document);
    const got = combiner.drain().map(({ document }) => document);
    expect(got).toMatchObject([vector['expect']]);
  },
  compare: ({ lhs, rhs, expect: want }) => {
    expect(orderOf(compareValues(lhs as JsonValue, rhs as JsonValue))).toBe(want);
    const inverse = { lt: 'gt', gt: 'lt', eq: 'eq' }[want as string];
    expect(orderOf(compareValues(rhs as JsonValue, lhs as JsonValue))).toBe(inverse);
  },
  'compare-key': ({ key, lhs, rhs, expect: want }) => {
    const pointers = (key as string[]).map((text) => parsePointer(text)!);
    expect(orderOf(compareKeys(pointers, lhs as JsonValue, rhs as JsonValue))).toBe(want);
  },
  combine: (vector) => {
    const got = drain(vector, vector['rounds'] as Added[][]);
    const want = vector['expectDrained'] as Added[];
    expect(got.map(({ document, exists }) => ({ doc: document, front: exists }))).toEqual(want);
  },
  materialize: (vector) => {
    const loaded = vector['loaded'] as JsonValue;
    const documents = (vector['documents'] as JsonValue[]).map((doc) => ({ doc, front: false }));
    const front = loaded === null ? [] : [{ doc: loaded, front: true }];
    const [got] = drain(vector, [[...documents, ...front]]);
    const action = storeAction(got!, true);
    const isWritten = action === 'insert' || action === 'update';
    expect({ action, ...(isWritten && { doc: got!.document }) }).toEqual(vector['expectStore']);
  },
};

const needsInference = ({ kind, tags }: Vector) =>
  kind === 'inspect' ||
  kind === 'infer-reduction' ||
  (tags as string[]).includes('jsonSchemaMerge');
const executable = vectors.filter((vector) => !needsInference(vector));

describe('Flow reduces', () => {
  test.each(executable.map((vector) => [vector.kind, vector.name, vector] as const))(
    '%s %s',
    (kind, _name, vector) => {
      runners[kind]!(vector);
    },
  );
});

test('all vectors run but those that need the inference of schemas', () => {
  const count = (list: readonly Vector[], nameOf: (vector: Vector) => string) => {
    const counts: Record<string, number> = {};
    for (const vector of list) counts[nameOf(vector)] = (counts[nameOf(vector)] ?? 0) + 1;
    return counts;
  };
  const left = vectors.filter(needsInference);

  expect(count(executable, ({ kind }) => kind)).toEqual({
    ...{ sequence: 20, pair: 131, 'set-form': 9, 'collection-test': 13 },
    ...{ compare: 59, 'compare-key': 21, combine: 4, materialize: 4 },
  });
  // `jsonSchemaMerge` unites inferred shapes; the other two are checks at build time on such shapes.
  const reasonOf = ({ kind, tags }: Vector) =>
    (tags as string[]).includes('jsonSchemaMerge') ? 'jsonSchemaMerge' : kind;
  expect(count(left, reasonOf)).toEqual({ jsonSchemaMerge: 21, inspect: 1, 'infer-reduction': 9 });
  expect(executable.length + left.length).toBe(292);
});

test('createReducer() refuses jsonSchemaMerge', () => {
  const act = () => createReducer({ reduce: { strategy: 'jsonSchemaMerge' } });
  expect(outcome(() => (act(), null))).toBe('error strategy-unsupported');
});
