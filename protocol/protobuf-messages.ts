/** The protobuf messages of the capture protocol, field by field. */

import { message } from './protobuf-wire.ts';

// Numbers: https://github.com/estuary/flow, go/protocols/capture/capture.proto and go/protocols/flow/flow.proto.
// Fields of newer versions, whose numbers those files do not yet show, and fields we do not read are left out.
const collection = message({
  name: [1, 'string'],
  key: [3, 'string', 'repeated'],
  uuidPtr: [4, 'string'],
  partitionFields: [5, 'string', 'repeated'],
  writeSchema: [8, 'json'],
  readSchema: [11, 'json'],
});

// Newer runtimes may leave a binding's collection out and put it into a table of the message, whose field number is
// not published. Nothing of ours looks into a collection, so an empty one does.
const captureBinding = message({
  resourceConfig: [1, 'json'],
  resourcePath: [2, 'string', 'repeated'],
  collection: [3, collection, 'always'],
  backfill: [4, 'uint32'],
  stateKey: [5, 'string'],
});

/** A capture, as `open` and `apply` carry it. */
export const captureMessage = message({
  name: [1, 'string'],
  config: [3, 'json'],
  bindings: [4, captureBinding, 'repeated'],
  intervalSeconds: [5, 'uint32'],
});

const validateBinding = message({
  resourceConfig: [1, 'json'],
  collection: [2, collection, 'always'],
  backfill: [3, 'uint32'],
});

const keyRange = message({
  keyBegin: [2, 'fixed32'],
  keyEnd: [3, 'fixed32'],
  rClockBegin: [4, 'fixed32'],
  rClockEnd: [5, 'fixed32'],
});

/** A request, of any kind. */
export const requestMessage = message({
  spec: [1, message({ config: [2, 'json'] })],
  discover: [2, message({ config: [2, 'json'] })],
  validate: [
    3,
    message({
      name: [1, 'string'],
      config: [3, 'json'],
      bindings: [4, validateBinding, 'repeated'],
      lastCapture: [5, captureMessage],
      lastVersion: [6, 'string'],
    }),
  ],
  apply: [
    4,
    message({
      capture: [1, captureMessage],
      version: [2, 'string'],
      lastCapture: [4, captureMessage],
      lastVersion: [5, 'string'],
    }),
  ],
  open: [
    5,
    message({
      capture: [1, captureMessage],
      version: [2, 'string'],
      range: [3, keyRange],
      state: [4, 'json'],
    }),
  ],
  acknowledge: [6, message({ checkpoints: [1, 'uint32'] })],
});

const discoveredBinding = message({
  recommendedName: [1, 'string'],
  resourceConfig: [2, 'json'],
  documentSchema: [3, 'json'],
  key: [4, 'string', 'repeated'],
  disable: [5, 'bool'],
  resourcePath: [6, 'string', 'repeated'],
});

/** A response, of any kind but `captured`. */
export const responseMessage = message({
  spec: [
    1,
    message({
      protocol: [1, 'uint32'],
      configSchema: [2, 'json'],
      resourceConfigSchema: [3, 'json'],
      documentationUrl: [4, 'string'],
      resourcePathPointers: [6, 'string', 'repeated'],
    }),
  ],
  discovered: [2, message({ bindings: [1, discoveredBinding, 'repeated'] })],
  validated: [
    3,
    message({ bindings: [1, message({ resourcePath: [1, 'string', 'repeated'] }), 'repeated'] }),
  ],
  applied: [4, message({ actionDescription: [1, 'string'] })],
  opened: [5, message({ explicitAcknowledgements: [1, 'bool'] })],
  checkpoint: [
    7,
    message({ state: [1, message({ updated: [1, 'json'], mergePatch: [2, 'bool'] })] }),
  ],
  sourcedSchema: [8, message({ binding: [1, 'uint32'], documentSchema: [2, 'json'] })],
});
