/** What Flow asks for: one request, as a total type. */

import { ProtocolError } from './protocol-error.ts';
import type * as wire from './requests.types.ts';

/** A collection; its read schema is the write schema where Flow sends just one. */
export type Collection = Required<wire.Collection>;
export type ValidateBinding = Resolved<wire.ValidateBinding>;
export type CaptureBinding = Resolved<wire.CaptureBinding>;
export type Capture = WithBindings<wire.Capture, CaptureBinding>;
/** The part of the key space to capture; both ends are included, and 0 to 4294967295 is all of it. */
export type KeyRange = wire.Open['range'];

/** The connector is to describe itself. Its `config` is always empty, so it is not read. */
export interface SpecRequest {
  readonly kind: 'spec';
}
export type DiscoverRequest = { readonly kind: 'discover' } & wire.Discover;
export type ValidateRequest = { readonly kind: 'validate' } & WithBindings<
  wire.Validate,
  ValidateBinding
>;
export type ApplyRequest = { readonly kind: 'apply' } & WithCapture<wire.Apply>;
export type OpenRequest = { readonly kind: 'open' } & WithCapture<wire.Open>;
export type AcknowledgeRequest = { readonly kind: 'acknowledge' } & wire.Acknowledge;

export type Request =
  SpecRequest | DiscoverRequest | ValidateRequest | ApplyRequest | OpenRequest | AcknowledgeRequest;

export type RequestKind = Request['kind'];

/**
 * A little less than V8's longest string (2^29 - 24 characters), for Flow itself sets no limit. As the length of
 * a frame it also gives away text that was taken for one: four printable characters make a larger number.
 */
export const requestBytesMax = 500 * 2 ** 20;

// Collections come inside their bindings or in a table that bindings point to; here they are always inside.
type Resolved<Binding> = Omit<Binding, 'collection' | 'collectionIndex'> & {
  readonly collection: Collection;
};
type WithBindings<Message, Binding> = Omit<Message, 'bindings' | 'linkedCollections'> & {
  readonly bindings: readonly Binding[];
};
type WithCapture<Message> = Omit<Message, 'capture'> & { readonly capture: Capture };

const requestKinds: readonly RequestKind[] = [
  'spec',
  'discover',
  'validate',
  'apply',
  'open',
  'acknowledge',
];

/**
 * One request from its parsed JSON, which it takes over and changes. Members that are not known are ignored,
 * absent and null ones have their defaults, and the field names of Flow's `.proto` files serve as well.
 * Rejects with a `ProtocolError` that names the member at fault.
 */
export async function parseRequest(json: unknown): Promise<Request> {
  const kind = kindOf(json);
  // Registering a connector waits for this answer; the checker below takes longer to load than all the rest.
  if (kind === 'spec') return { kind };
  const { checkRequest } = await import('./request-check.ts');
  return toRequest(kind, checkRequest(kind, json));
}

function kindOf(json: unknown): RequestKind {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ProtocolError('Request is not a JSON object');
  }
  const isGiven = (kind: string) => Object.hasOwn(json, kind) && Reflect.get(json, kind) !== null;
  const [kind, second] = requestKinds.filter(isGiven);
  if (kind === undefined) {
    const known = requestKinds.map((name) => `"${name}"`).join(', ');
    throw new ProtocolError(`Request has none of the kinds ${known}`);
  }
  if (second !== undefined) {
    throw new ProtocolError(`Request has two kinds, "${kind}" and "${second}"`);
  }
  return kind;
}

function toRequest(kind: Exclude<RequestKind, 'spec'>, message: wire.RequestMessage): Request {
  switch (kind) {
    case 'discover':
      return { kind, ...given(message.discover) };
    case 'validate':
      return { kind, ...withCollections(given(message.validate), '/validate') };
    case 'apply':
      return { kind, ...withCapture(given(message.apply), '/apply') };
    case 'open':
      return { kind, ...withCapture(given(message.open), '/open') };
    case 'acknowledge':
      return { kind, ...given(message.acknowledge) };
  }
}

function withCapture<Message extends { readonly capture: wire.Capture }>(
  message: Message,
  path: string,
): WithCapture<Message> {
  return { ...message, capture: withCollections(message.capture, `${path}/capture`) };
}

interface Bindings<Binding> {
  readonly bindings: readonly Binding[];
  readonly linkedCollections: readonly wire.Collection[];
}

type Binding = wire.ValidateBinding | wire.CaptureBinding;

/** Puts every binding's collection into it. The form is the message's: a table with entries rules all of them. */
function withCollections<B extends Binding, Message extends Bindings<B>>(
  message: Message & Bindings<B>,
  path: string,
): WithBindings<Message, Resolved<B>> {
  const { bindings, linkedCollections, ...rest } = message;
  const isLinked = linkedCollections.length > 0;
  const resolve = ({ collection: own, collectionIndex, ...binding }: B, index: number) => {
    const collection = isLinked ? linkedCollections[collectionIndex] : own;
    if (collection === undefined) {
      const missing = isLinked
        ? `points at collection ${collectionIndex} of ${linkedCollections.length}`
        : 'has no collection';
      throw new ProtocolError(`Request member "${path}/bindings/${index}" ${missing}`);
    }
    return { ...binding, collection: withReadSchema(collection) };
  };
  return { ...rest, bindings: bindings.map(resolve) };
}

function withReadSchema(collection: wire.Collection): Collection {
  return { ...collection, readSchema: collection.readSchema ?? collection.writeSchema };
}

/** The member of this kind, which `kindOf` has seen. */
function given<T>(member: T | undefined): T {
  if (member === undefined) throw new Error('Assertion failed: a request has a member of its kind');
  return member;
}
