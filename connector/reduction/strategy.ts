/** The `reduce` annotations of Flow, read strictly: an unknown field or value is an error, as it is in Flow. */
import { isArray, isObject, type JsonValue } from './json.ts';
import { parsePointer, type Pointer } from './order.ts';
import { ReductionError } from './reduction-error.ts';

/** One annotation with its defaults filled in. */
export type Strategy =
  | { readonly strategy: 'append' | 'firstWriteWins' | 'sum' }
  | { readonly strategy: 'lastWriteWins'; readonly delete: boolean; readonly associative: boolean }
  | { readonly strategy: 'merge'; readonly key: readonly Pointer[]; readonly delete: boolean }
  | { readonly strategy: 'minimize' | 'maximize'; readonly key: readonly Pointer[] }
  | { readonly strategy: 'set'; readonly key: readonly Pointer[] };

/** What applies where no annotation does. */
export const defaultStrategy: Strategy = {
  strategy: 'lastWriteWins',
  delete: false,
  associative: true,
};

/**
 * Reads the value of a `reduce` keyword that stands at `location` of the schema.
 * @throws ReductionError `schema-invalid`, or `strategy-unsupported` for `jsonSchemaMerge`.
 */
export function parseStrategy(annotation: JsonValue, location: string): Strategy {
  const invalid = (message: string) => new ReductionError('schema-invalid', location, message);
  if (!isObject(annotation)) throw invalid('`reduce` must be an object');
  const { strategy, ...options } = annotation;

  const take = <Value>(name: string, fallback: Value, read: (value: JsonValue) => Value): Value => {
    const value = options[name];
    Reflect.deleteProperty(options, name);
    return value === undefined ? fallback : read(value);
  };
  const flag = (name: string, fallback: boolean) =>
    take(name, fallback, (value) => {
      if (typeof value !== 'boolean') throw invalid(`\`${name}\` must be a boolean`);
      return value;
    });
  const key = () =>
    take<readonly Pointer[]>('key', [], (value) => {
      const pointers = isArray(value) ? value.map(pointerOf) : [undefined];
      if (!pointers.every((pointer) => pointer !== undefined)) {
        throw invalid('`key` must be an array of JSON pointers');
      }
      return pointers;
    });

  const parsed = typeof strategy === 'string' ? readStrategy(strategy, { flag, key }) : undefined;
  if (parsed === undefined) throw unknownStrategy(strategy, location);
  const [unknown] = Object.keys(options);
  if (unknown !== undefined) throw invalid(`unknown field "${unknown}" of \`reduce\``);
  return parsed;
}

/** True when both annotations ask for the same; `{lastWriteWins}` equals `{lastWriteWins, delete: false}`. */
export function isSameStrategy(one: Strategy, other: Strategy): boolean {
  return one === other || textOf(one) === textOf(other);
}

interface Options {
  readonly flag: (name: string, fallback: boolean) => boolean;
  readonly key: () => readonly Pointer[];
}

function readStrategy(name: string, { flag, key }: Options): Strategy | undefined {
  switch (name) {
    case 'append':
    case 'firstWriteWins':
    case 'sum':
      return { strategy: name };
    case 'lastWriteWins':
      return {
        strategy: name,
        delete: flag('delete', false),
        associative: flag('associative', true),
      };
    case 'merge':
      return { strategy: name, key: key(), delete: flag('delete', false) };
    case 'minimize':
    case 'maximize':
    case 'set':
      return { strategy: name, key: key() };
    default:
      return undefined;
  }
}

function unknownStrategy(strategy: JsonValue | undefined, location: string): ReductionError {
  return strategy === 'jsonSchemaMerge'
    ? new ReductionError('strategy-unsupported', location, '"jsonSchemaMerge" is not supported')
    : new ReductionError('schema-invalid', location, 'unknown strategy of `reduce`');
}

function pointerOf(text: JsonValue): Pointer | undefined {
  return typeof text === 'string' ? parsePointer(text) : undefined;
}

function textOf(strategy: Strategy): string {
  return JSON.stringify(strategy);
}
