/** What the connector answers. Documents are not among it: they are framed where they are made. */

import { ProtocolError } from './protocol-error.ts';

/** The version of the protocol that Flow checks in `spec`. */
export const protocolVersion = 3032023;

/** A JSON Schema, or any other JSON that goes out as it is. */
export type Json = unknown;

export interface SpecResponse {
  readonly kind: 'spec';
  readonly protocol: typeof protocolVersion;
  readonly configSchema: Json;
  readonly resourceConfigSchema: Json;
  readonly documentationUrl: string;
  /** Where in a resource configuration its path is; never empty. */
  readonly resourcePathPointers: readonly string[];
}

export interface DiscoveredResponse {
  readonly kind: 'discovered';
  readonly bindings: readonly DiscoveredBinding[];
}

export interface DiscoveredBinding {
  /** The last part of the collection's name; never empty. */
  readonly recommendedName: string;
  readonly resourceConfig: Json;
  readonly documentSchema: Json;
  /** JSON pointers of the collection's key. */
  readonly key: readonly string[];
  /** True when the binding should be added disabled. */
  readonly disable: boolean;
  /** Differs from that of any other binding. */
  readonly resourcePath: readonly string[];
}

/** One binding for each one of the request, in its order. */
export interface ValidatedResponse {
  readonly kind: 'validated';
  readonly bindings: readonly { readonly resourcePath: readonly string[] }[];
}

export interface AppliedResponse {
  readonly kind: 'applied';
  /** What was done, for people; empty when nothing was. */
  readonly actionDescription: string;
}

export interface OpenedResponse {
  readonly kind: 'opened';
  /** True to get an `acknowledge` for every checkpoint that was committed. */
  readonly explicitAcknowledgements: boolean;
}

export interface SourcedSchemaResponse {
  readonly kind: 'sourcedSchema';
  /** Index of the binding in `open`. */
  readonly binding: number;
  readonly documentSchema: Json;
}

/** Commits every document before it, with this change of the state. */
export interface CheckpointResponse {
  readonly kind: 'checkpoint';
  readonly state: {
    readonly updated: Json;
    /** True when `updated` is a merge patch (RFC 7396), false when it is the whole state. */
    readonly mergePatch: boolean;
  };
}

export type Response =
  | SpecResponse
  | DiscoveredResponse
  | ValidatedResponse
  | AppliedResponse
  | OpenedResponse
  | SourcedSchemaResponse
  | CheckpointResponse;

/** Flow's runtime refuses larger messages: its gRPC channel is set up with this limit. */
export const responseBytesMax = 64 * 2 ** 20;

/** Throws a `ProtocolError` when a response of so many bytes would be refused. */
export function checkResponseSize(bytes: number): void {
  if (bytes <= responseBytesMax) return;
  throw new ProtocolError(
    `Response of ${bytes} bytes is over the limit of ${responseBytesMax} bytes`,
  );
}
