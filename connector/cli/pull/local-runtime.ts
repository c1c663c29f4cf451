/** Plays Flow's part in memory: the session's requests, and its commits. */

import { jsonLines } from '../../../protocol/json-lines.ts';
import { onAbort } from '../../async/abort.ts';
import { assert } from '../../errors.ts';
import type { Host } from '../../host.ts';
import type { Log } from '../../log.ts';
import { runSession, type CaptureEnd, type ProgressWatch } from '../../session/session.ts';
import { CommitQueue, RequestQueue } from './session-pipes.ts';
import type { JsonObject } from '../../json.ts';
import { SessionOutput, type Answer, type CapturedBatch } from './session-output.ts';

/** A reader that stands still must not hold a stop for longer; what it has not taken was never committed. */
const commitMsMax = 3_000;
/** All that Flow's key space has; a DynamoDB capture is never split. */
const wholeRange = { keyEnd: 0xffffffff, rClockEnd: 0xffffffff };

/** A capture as Flow knows it, with its enabled bindings. */
export interface LocalCapture {
  readonly name: string;
  /** The endpoint configuration. */
  readonly config: unknown;
  readonly bindings: readonly LocalBinding[];
}

export interface LocalBinding {
  readonly resourceConfig: unknown;
  readonly collection: {
    readonly name: string;
    readonly key: readonly string[];
    readonly writeSchema: unknown;
  };
  /** How often it was asked to start over. */
  readonly backfill: number;
  /** Where it is written: `flow.yaml:12`; absent where no file has it. */
  readonly place?: string;
}

export interface LocalRunOptions {
  readonly host: Host;
  readonly log: Log;
  readonly capture: LocalCapture;
  /** What was committed last; empty before a first start. */
  readonly state: JsonObject;
  readonly end: CaptureEnd;
  readonly watch?: ProgressWatch;
  /**
   * Makes batches durable, in their order; they are never empty. The connector waits for it. True when the
   * capture is to end with these; further batches are dropped then, as if they had never been captured.
   */
  readonly commit: (batches: readonly CapturedBatch[]) => Promise<boolean>;
}

/**
 * Validates and applies a capture, and runs it until it is done, `commit` has enough, or the host is asked to
 * stop; then everything whole has been committed. Throws what the connector's user is to know.
 */
export async function runLocally(options: LocalRunOptions): Promise<void> {
  const { host, log, end, watch } = options;
  const stop = new AbortController();
  const requests = new RequestQueue();
  const conversation = new Conversation(options.capture, options.state, requests);
  const output = new SessionOutput(options.state, (answer) => {
    conversation.answered(answer);
  });
  const commits = new CommitQueue(output, options.commit, () => {
    stop.abort(new Error('Enough was captured'));
  });
  const sessionHost: Host = {
    ...host,
    input: requests.bytes(),
    output: commits,
    stop: AbortSignal.any([host.stop, stop.signal]),
  };
  const session = { host: sessionHost, log, codec: jsonLines, end };
  conversation.begin();
  try {
    await runSession(watch === undefined ? session : { ...session, watch });
    await Promise.race([commits.idle(), patience(host)]);
  } catch (error) {
    // What failed a commit has failed the session's writes too, and may have come out as something else.
    throw commits.failure?.error ?? error;
  } finally {
    requests.end();
  }
  if (commits.failure !== undefined) throw commits.failure.error;
}

/** Resolves some time after the host was asked to stop. */
async function patience({ stop, clock }: Host): Promise<void> {
  await new Promise<unknown>((resolve) => onAbort(stop, resolve));
  await clock.sleep(commitMsMax, new AbortController().signal);
}

/** Each request once the one before it is answered. */
class Conversation {
  readonly #capture: LocalCapture;
  readonly #state: JsonObject;
  readonly #requests: RequestQueue;

  constructor(capture: LocalCapture, state: JsonObject, requests: RequestQueue) {
    this.#capture = capture;
    this.#state = state;
    this.#requests = requests;
  }

  begin(): void {
    const { name, config, bindings } = this.#capture;
    this.#requests.push({ validate: { name, config, bindings } });
  }

  answered(answer: Answer): void {
    const { validated } = answer as { validated?: { bindings: { resourcePath: string[] }[] } };
    if (validated === undefined) {
      assert('applied' in answer || 'opened' in answer, 'the connector answers what it was asked');
      return;
    }
    const { name, config, bindings } = this.#capture;
    const paths = validated.bindings.map(({ resourcePath }) => resourcePath);
    const capture = {
      name,
      config,
      bindings: bindings.map((binding, index) => ({
        ...binding,
        resourcePath: paths[index] ?? [],
        stateKey: stateKeyOf(paths[index] ?? [], binding.backfill),
      })),
    };
    this.#requests.push({ apply: { capture, version: '1' } });
    this.#requests.push({
      open: { capture, version: '1', range: wholeRange, state: this.#state },
    });
  }
}

/** As Flow makes it, so that a state can be handed over. */
export function stateKeyOf(resourcePath: readonly string[], backfill: number): string {
  const path = resourcePath.join('/').replace(/[^\p{L}\p{N}\-_+.=]/gu, percentEncoded);
  return backfill === 0 ? path : `${path}.v${backfill}`;
}

function percentEncoded(character: string): string {
  const bytes = [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
