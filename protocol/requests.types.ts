// Types of requests.schema.json, written by `npm run generate`: do not edit.

/**
 * One request of Flow's runtime, as this connector reads it: one member, named by the kind. Members that are not listed are ignored, and so are those that are null. A `spec` request is answered without a look inside.
 */
export interface RequestMessage {
  discover?: Discover;
  validate?: Validate;
  apply?: Apply;
  open?: Open;
  acknowledge?: Acknowledge;
}
/**
 * Asks for every table that can be captured.
 *
 * This interface was referenced by `RequestMessage`'s JSON-Schema
 * via the `definition` "Discover".
 */
export interface Discover {
  /**
   * The decrypted endpoint configuration.
   */
  config: unknown;
  /**
   * The day on which the capture was created; blank for one that does not exist yet, and from older runtimes.
   */
  createdAt: string;
}
/**
 * Asks whether a capture can be run, before it is published.
 *
 * This interface was referenced by `RequestMessage`'s JSON-Schema
 * via the `definition` "Validate".
 */
export interface Validate {
  /**
   * Name of the capture.
   */
  name: string;
  /**
   * The decrypted endpoint configuration.
   */
  config: unknown;
  /**
   * The enabled bindings, in the order of the capture.
   */
  bindings: ValidateBinding[];
  /**
   * The capture as it was published or applied before, or null. Its configuration is wrapped and perhaps encrypted, so it is left as it comes.
   */
  lastCapture: unknown;
  /**
   * Version of the capture, opaque.
   */
  lastVersion: string;
  /**
   * Where it has entries, bindings point here by `collectionIndex`.
   */
  linkedCollections: Collection[];
}
/**
 * This interface was referenced by `RequestMessage`'s JSON-Schema
 * via the `definition` "ValidateBinding".
 */
export interface ValidateBinding {
  /**
   * The resource configuration.
   */
  resourceConfig: unknown;
  collection?: Collection;
  collectionIndex: number;
  /**
   * The binding's backfill counter.
   */
  backfill: number;
}
/**
 * The collection that a binding writes to.
 *
 * This interface was referenced by `RequestMessage`'s JSON-Schema
 * via the `definition` "Collection".
 */
export interface Collection {
  /**
   * Name of the collection.
   */
  name: string;
  /**
   * JSON pointers of the collection's key.
   */
  key: string[];
  /**
   * JSON pointer of the place that the runtime fills with a UUID.
   */
  uuidPtr: string;
  /**
   * Fields that the collection is partitioned by.
   */
  partitionFields: string[];
  /**
   * JSON Schema of captured documents.
   */
  writeSchema: unknown;
  /**
   * JSON Schema of reduced documents; absent when it is the write schema.
   */
  readSchema?: unknown;
}
/**
 * Tells that a capture is about to run in a new version.
 *
 * This interface was referenced by `RequestMessage`'s JSON-Schema
 * via the `definition` "Apply".
 */
export interface Apply {
  capture: Capture;
  /**
   * Version of the capture, opaque.
   */
  version: string;
  /**
   * The capture as it was published or applied before, or null. Its configuration is wrapped and perhaps encrypted, so it is left as it comes.
   */
  lastCapture: unknown;
  /**
   * Version of the capture, opaque.
   */
  lastVersion: string;
  /**
   * The committed state.
   */
  state: unknown;
}
/**
 * A capture with its enabled bindings.
 *
 * This interface was referenced by `RequestMessage`'s JSON-Schema
 * via the `definition` "Capture".
 */
export interface Capture {
  /**
   * Name of the capture.
   */
  name: string;
  /**
   * The decrypted endpoint configuration.
   */
  config: unknown;
  /**
   * The enabled bindings; `captured` counts them from 0.
   */
  bindings: CaptureBinding[];
  /**
   * Least time between two starts of the capture, in seconds.
   */
  intervalSeconds: number;
  /**
   * Where it has entries, bindings point here by `collectionIndex`.
   */
  linkedCollections: Collection[];
}
/**
 * This interface was referenced by `RequestMessage`'s JSON-Schema
 * via the `definition` "CaptureBinding".
 */
export interface CaptureBinding {
  /**
   * The resource configuration.
   */
  resourceConfig: unknown;
  /**
   * What `validated` answered for this binding.
   */
  resourcePath: string[];
  collection?: Collection;
  collectionIndex: number;
  /**
   * The binding's backfill counter.
   */
  backfill: number;
  /**
   * Where the binding has its part of the state; another one after each new backfill.
   */
  stateKey: string;
}
/**
 * Starts a capture, or goes on with it from its state.
 *
 * This interface was referenced by `RequestMessage`'s JSON-Schema
 * via the `definition` "Open".
 */
export interface Open {
  capture: Capture;
  /**
   * Version of the capture, opaque.
   */
  version: string;
  /**
   * The part of the key space that a session is to capture, both ends included.
   */
  range: {
    keyBegin: number;
    keyEnd: number;
    rClockBegin: number;
    rClockEnd: number;
  };
  /**
   * The committed state.
   */
  state: unknown;
}
/**
 * Tells that checkpoints were committed; comes only if `opened` asked for it.
 *
 * This interface was referenced by `RequestMessage`'s JSON-Schema
 * via the `definition` "Acknowledge".
 */
export interface Acknowledge {
  /**
   * How many more checkpoints were committed.
   */
  checkpoints: number;
}
