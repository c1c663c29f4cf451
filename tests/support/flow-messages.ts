/**
 * The capture protocol's messages, written down a second time and on their own, as judge of what the codecs do:
 * protobuf by Flow's notation, and which members the JSON form may have.
 */

// `json` is JSON text. Fields whose number no public file shows are missing.
const notation = `
  message Request { Spec spec = 1; Discover discover = 2; Validate validate = 3; Apply apply = 4; Open open = 5;
    Acknowledge acknowledge = 6; }
  message Spec { uint32 connectorType = 1; json config = 2; }
  message Discover { uint32 connectorType = 1; json config = 2; }
  message Validate { string name = 1; uint32 connectorType = 2; json config = 3;
    repeated ValidateBinding bindings = 4; Capture lastCapture = 5; string lastVersion = 6; }
  message ValidateBinding { json resourceConfig = 1; Collection collection = 2; uint32 backfill = 3; }
  message Apply { Capture capture = 1; string version = 2; Capture lastCapture = 4; string lastVersion = 5; }
  message Open { Capture capture = 1; string version = 2; Range range = 3; json state = 4; }
  message Acknowledge { uint32 checkpoints = 1; }
  message Capture { string name = 1; uint32 connectorType = 2; json config = 3;
    repeated CaptureBinding bindings = 4; uint32 intervalSeconds = 5; }
  message CaptureBinding { json resourceConfig = 1; repeated string resourcePath = 2; Collection collection = 3;
    uint32 backfill = 4; string stateKey = 5; }
  message Collection { string name = 1; repeated string key = 3; string uuidPtr = 4;
    repeated string partitionFields = 5; json writeSchema = 8; json readSchema = 11; json ackTemplate = 7; }
  message Range { fixed32 keyBegin = 2; fixed32 keyEnd = 3; fixed32 rClockBegin = 4; fixed32 rClockEnd = 5; }

  message Response { SpecResponse spec = 1; Discovered discovered = 2; Validated validated = 3;
    Applied applied = 4; Opened opened = 5; Captured captured = 6; Checkpoint checkpoint = 7;
    SourcedSchema sourcedSchema = 8; }
  message SpecResponse { uint32 protocol = 1; json configSchema = 2; json resourceConfigSchema = 3;
    string documentationUrl = 4; repeated string resourcePathPointers = 6; }
  message Discovered { repeated DiscoveredBinding bindings = 1; }
  message DiscoveredBinding { string recommendedName = 1; json resourceConfig = 2; json documentSchema = 3;
    repeated string key = 4; bool disable = 5; repeated string resourcePath = 6; }
  message Validated { repeated ValidatedBinding bindings = 1; }
  message ValidatedBinding { repeated string resourcePath = 1; }
  message Applied { string actionDescription = 1; }
  message Opened { bool explicitAcknowledgements = 1; }
  message Captured { uint32 binding = 1; text doc = 2; }
  message Checkpoint { State state = 1; }
  message State { json updated = 1; bool mergePatch = 2; }
  message SourcedSchema { uint32 binding = 1; json documentSchema = 2; }
`;

export interface FlowField {
  readonly name: string;
  readonly number: number;
  /** `string`, `uint32`, `fixed32`, `bool`, `json` (parsed), `text` (JSON as it is), or a message's name. */
  readonly type: string;
  readonly isRepeated: boolean;
}

const messages = new Map(
  [...notation.matchAll(/message (\w+) \{([^}]*)\}/g)].map(([, name = '', body = '']) => {
    const fields = body.matchAll(/(repeated )?(\w+) (\w+) = (\d+);/g);
    return [name, [...fields].map(toField)] as const;
  }),
);

function toField([, repeated, type, name, number]: RegExpMatchArray): FlowField {
  return { name: name!, number: Number(number), type: type!, isRepeated: repeated !== undefined };
}

/** The fields of a message, in the order of the notation. */
export function fieldsOf(message: string): readonly FlowField[] {
  const fields = messages.get(message);
  if (fields === undefined) throw new Error(`There is no message "${message}"`);
  return fields;
}

export function isMessage(type: string): boolean {
  return messages.has(type);
}
