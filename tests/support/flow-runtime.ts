/**
 * A stand-in for Flow's runtime: it starts a fresh connector process for every session, and commits documents and
 * state together at checkpoints. What came after the last checkpoint of a session never happened.
 */

import { mergePatch } from '../../connector/merge-patch.ts';
import {
  ConnectorProcess,
  logMessageOf,
  type CodecName,
  type ConnectorExit,
} from './connector-process.ts';
import { Shape, type SourcedSchema } from './flow-inference.ts';
import type { DecodedResponse } from './response-decoder.ts';

/** Discovering and validating a handful of tables takes seconds; a connector that hangs must not hang us. */
const unaryMsMax = 60_000;

export type JsonObject = Readonly<Record<string, unknown>>;

export interface FlowRuntimeOptions {
  /** The connector's program and arguments. */
  readonly command: readonly string[];
  readonly codec: CodecName;
  readonly environment?: Readonly<Record<string, string>>;
  readonly captureName: string;
  /** The endpoint configuration. */
  readonly config: JsonObject;
  readonly onLogLine?: (line: string) => void;
  /** True to infer a schema of each binding's documents, which takes its time. */
  readonly infers?: boolean;
}

/** A table that is captured, and the collection it is captured into. */
export interface CaptureBinding {
  readonly resourceConfig: JsonObject;
  readonly resourcePath: readonly string[];
  readonly collection: {
    readonly name: string;
    readonly key: readonly string[];
    readonly writeSchema: JsonObject;
  };
  readonly stateKey: string;
}

export type DiscoveredBinding = Extract<
  DecodedResponse,
  { discovered: unknown }
>['discovered']['bindings'][number];

export interface CommittedDocument {
  /** Index of the binding. */
  readonly binding: number;
  /** The document's JSON as it came. */
  readonly text: string;
  /** When it was read from the connector's output, in milliseconds since the epoch. */
  readonly readAtMs: number;
}

export interface UnarySession {
  readonly responses: readonly DecodedResponse[];
  readonly exit: ConnectorExit;
}

export interface CaptureEvents {
  /** Called for each checkpoint, with all documents since the one before; the state is already patched. */
  readonly onCommit: (documents: readonly CommittedDocument[]) => void;
}

export class FlowRuntime {
  /** The committed state; changes at each checkpoint. */
  state: JsonObject = {};
  /** What is inferred of the documents of each binding, and what the connector said of them. */
  readonly shapes = new Map<number, Shape>();
  readonly #options: FlowRuntimeOptions;

  constructor(options: FlowRuntimeOptions) {
    this.#options = options;
  }

  /** Every table that the connector finds. */
  async discover(): Promise<readonly DiscoveredBinding[]> {
    const { config } = this.#options;
    const answer = await this.#unary('discovered', {
      discover: { connectorType: 'IMAGE', config },
    });
    return answer.discovered.bindings;
  }

  /** Validates and applies a capture of these tables. Throws what a user would be told. */
  async publish(bindings: readonly CaptureBinding[]): Promise<void> {
    const { captureName: name, config } = this.#options;
    const validate = bindings.map(({ resourceConfig, collection }) => ({
      resourceConfig,
      collection,
    }));
    const connectorType = 'IMAGE';
    await this.#unary('validated', {
      validate: { name, connectorType, config, bindings: validate },
    });
    await this.#unary('applied', { apply: { capture: this.#capture(bindings), version: '1' } });
  }

  /** Starts a capture from the committed state. */
  open(bindings: readonly CaptureBinding[], events: CaptureEvents): CaptureSession {
    const open = {
      capture: this.#capture(bindings),
      version: '1',
      range: { keyEnd: 0xffffffff, rClockEnd: 0xffffffff },
      state: this.state,
    };
    return new CaptureSession(this.#options, open, (documents, update, sourcedSchemas) => {
      for (const { binding, documentSchema } of sourcedSchemas) {
        this.#shapeOf(binding).union(documentSchema as SourcedSchema);
      }
      if (this.#options.infers === true) {
        for (const { binding, text } of documents) this.#shapeOf(binding).widen(text);
      }
      this.state = update.mergePatch
        ? (mergePatch(this.state, update.updated) as JsonObject)
        : (update.updated as JsonObject);
      events.onCommit(documents);
    });
  }

  /** One unary session: `spec`, then the request, then the end of the input. Never rejects. */
  async unarySession(request: object): Promise<UnarySession> {
    const responses: DecodedResponse[] = [];
    const connector = new ConnectorProcess({
      ...this.#options,
      onResponse: (response) => {
        responses.push(response);
        if (responses.length > 1) return;
        connector.send(request);
        connector.closeInput();
      },
    });
    connector.send(specRequest);
    return { exit: await connector.exitWithin(unaryMsMax), responses };
  }

  async #unary<Kind extends KindOf<DecodedResponse>>(
    kind: Kind,
    request: object,
  ): Promise<Extract<DecodedResponse, Readonly<Record<Kind, unknown>>>> {
    const { responses, exit } = await this.unarySession(request);
    assertExit(exit);
    const [spec, answer, ...others] = responses;
    if (spec === undefined || !('spec' in spec)) throw new Error('Connector did not answer "spec"');
    if (answer === undefined || !(kind in answer) || others.length > 0) {
      const kinds = responses.map((response) => Object.keys(response)[0]);
      throw new Error(`Connector answered ${kinds.join(', ')}; expected spec, ${kind}`);
    }
    return answer as Extract<DecodedResponse, Readonly<Record<Kind, unknown>>>;
  }

  #shapeOf(binding: number): Shape {
    const shape = this.shapes.get(binding) ?? new Shape();
    this.shapes.set(binding, shape);
    return shape;
  }

  #capture(bindings: readonly CaptureBinding[]): JsonObject {
    const { captureName: name, config } = this.#options;
    return { name, connectorType: 'IMAGE', config, bindings, intervalSeconds: 300 };
  }
}

type KindOf<R> = R extends unknown ? keyof R & string : never;
type SourcedSchemaBody = Extract<DecodedResponse, { sourcedSchema: unknown }>['sourcedSchema'];
type StateUpdate = Extract<DecodedResponse, { checkpoint: unknown }>['checkpoint']['state'];

const specRequest = { spec: { connectorType: 'IMAGE', config: {} } };

/** One `open` session of a capture, running until it is stopped, killed, or ends by itself. */
export class CaptureSession {
  /** Settles with the connector's `opened`; rejects with what a user would be told when it ends before. */
  readonly opened: Promise<void>;
  readonly connector: ConnectorProcess;
  /** Documents since the last checkpoint: they are lost when the session ends. */
  #uncommitted: CommittedDocument[] = [];
  /** The same for what was said of their types. */
  #sourcedSchemas: SourcedSchemaBody[] = [];

  constructor(
    options: FlowRuntimeOptions,
    open: object,
    commit: (
      documents: readonly CommittedDocument[],
      update: StateUpdate,
      sourcedSchemas: readonly SourcedSchemaBody[],
    ) => void,
  ) {
    let onOpened: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      onOpened = resolve;
    });
    let expected: 'spec' | 'opened' | 'documents' = 'spec';
    this.connector = new ConnectorProcess({
      ...options,
      onResponse: (response, readAtMs) => {
        if (expected !== 'documents') {
          if (!(expected in response))
            throw new Error(`Connector did not answer "${expected}" first`);
          if (expected === 'spec') this.connector.send({ open });
          else onOpened();
          expected = expected === 'spec' ? 'opened' : 'documents';
        } else if ('captured' in response) {
          const { binding, doc } = response.captured;
          this.#uncommitted.push({ binding, text: doc, readAtMs });
        } else if ('checkpoint' in response) {
          const documents = this.#uncommitted;
          this.#uncommitted = [];
          const sourcedSchemas = this.#sourcedSchemas;
          this.#sourcedSchemas = [];
          commit(documents, response.checkpoint.state, sourcedSchemas);
        } else if ('sourcedSchema' in response) {
          this.#sourcedSchemas.push(response.sourcedSchema);
        } else {
          throw new Error(`Connector sent "${String(Object.keys(response)[0])}" while capturing`);
        }
      },
    });
    const ended = this.connector.exited.then((exit) => {
      assertExit(exit);
      throw new Error('Connector ended before it had opened the capture');
    });
    this.opened = Promise.race([opened, ended]);
    // Whoever does not wait for it learns of the end from `connector.exited`.
    this.opened.catch(() => undefined);
    this.connector.send(specRequest);
  }

  get uncommittedCount(): number {
    return this.#uncommitted.length;
  }
}

/** Throws the error that Flow would show: the message of the last line of the log. */
export function assertExit(exit: ConnectorExit): void {
  if (exit.outputError !== undefined) throw exit.outputError;
  if (exit.code === 0) return;
  const how = exit.code === undefined ? (exit.signal ?? 'no end in time') : `code ${exit.code}`;
  throw new Error(
    `Connector failed (${how}): ${logMessageOf(exit.logLines.at(-1)) ?? 'no output'}`,
  );
}
