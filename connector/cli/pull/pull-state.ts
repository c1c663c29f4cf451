/** The state file of `pull`: what is committed, so that a later run goes on from there. */

import { ConnectorError, errorCodes, messageOf } from '../../errors.ts';
import type { Files } from '../../host.ts';
import { parseJson, stringifyJson, type JsonValue } from '../../reduction/reduction.ts';
import type { JsonObject } from '../../json.ts';
import type { Format } from './row-format.ts';

const version = 1;
/** A write for each row would take minutes where a collection is large. */
const rowsPerPiece = 500;

export interface PullState {
  /** Name of the capture. */
  readonly capture: string;
  readonly savedAt: string;
  /** Documents that all runs have put out so far. */
  readonly documents: number;
  /** The file that they went to, and how much of it is committed; absent for stdout. */
  readonly output: CommittedOutput | undefined;
  /** How the documents were written. */
  readonly format: Format;
  /** The connector's own state. */
  readonly state: JsonObject;
  /** By collection, its rows where they are kept; absent where the documents were put out as they came. */
  readonly collections: ReadonlyMap<string, readonly JsonValue[]> | undefined;
}

export interface CommittedOutput {
  readonly file: string;
  readonly bytes: number;
  /** Of a folder, the bytes of each file in it, by its name. */
  readonly files?: Readonly<Record<string, number>>;
}

const startOver = 'Name another file with --state, or remove this one to start over.';

/** The state of a capture in a file; undefined where there is no file. Throws `state-invalid`. */
export async function readPullState(
  files: Pick<Files, 'read'>,
  file: string,
  capture: string,
): Promise<PullState | undefined> {
  const text = await files.read(file).catch((error: unknown) => {
    throw new ConnectorError(
      errorCodes.fileUnusable,
      `Cannot read state file "${file}": ${messageOf(error)}`,
      { cause: error },
    );
  });
  if (text === undefined) return undefined;
  const invalid = (problem: string) =>
    new ConnectorError(errorCodes.stateInvalid, `State file "${file}" ${problem}`, {
      hint: startOver,
    });
  let json: Partial<StateFileJson> | null;
  try {
    json = parseJson(text) as Partial<StateFileJson> | null;
  } catch (error) {
    throw invalid(`is not valid JSON: ${messageOf(error)}`);
  }
  if (!isObject(json) || typeof json.capture !== 'string' || !isObject(json.state)) {
    throw invalid('is not one that pull has written');
  }
  if (json.version !== version) throw invalid(`has version ${String(json.version)}, not 1`);
  if (json.capture !== capture) {
    throw invalid(`belongs to capture "${json.capture}", not to "${capture}"`);
  }
  const { savedAt = '', documents = 0, output, format = 'flow', state, collections } = json;
  return {
    ...{ capture, savedAt, documents, output, format, state },
    collections: collections && new Map(Object.entries(collections)),
  };
}

interface StateFileJson {
  readonly version: number;
  readonly capture: string;
  readonly savedAt: string;
  readonly documents: number;
  readonly output?: CommittedOutput;
  /** Absent for flowctl's. */
  readonly format?: Format;
  readonly state: JsonObject;
  readonly collections?: Readonly<Record<string, readonly JsonValue[]>>;
}

/** The text of a state file, in pieces: one row of a collection is one line. */
export function* pullStateText(pullState: PullState): Generator<string> {
  const { capture, savedAt, documents, output, format, state, collections } = pullState;
  const json: StateFileJson = {
    ...{ version, capture, savedAt, documents },
    ...(output === undefined ? {} : { output }),
    ...(format === 'flow' ? {} : { format }),
    state,
  };
  const text = JSON.stringify(json, undefined, 2);
  if (collections === undefined) {
    yield `${text}\n`;
    return;
  }
  yield `${text.slice(0, -2)},\n  "collections": {`;
  let isFirst = true;
  for (const [name, rows] of collections) {
    yield `${isFirst ? '' : ','}\n    ${JSON.stringify(name)}: [`;
    isFirst = false;
    for (let start = 0; start < rows.length; start += rowsPerPiece) {
      const lines = rows.slice(start, start + rowsPerPiece).map((row) => stringifyJson(row));
      yield `${start === 0 ? '' : ','}\n      ${lines.join(',\n      ')}`;
    }
    yield ']';
  }
  yield '\n  }\n}\n';
}

function isObject<T>(value: T | null | undefined): value is T & object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
