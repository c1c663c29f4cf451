import { expect, test } from '@jest/globals';
import { captureMessage } from '../../../protocol/protobuf-messages.ts';
import { decodeMessage } from '../../../protocol/protobuf-wire.ts';
import vector from '../../support/protobuf-vector.json' with { type: 'json' };

/** The vector's capture without the two members that no part of the connector reads. */
function readMembers(): unknown {
  const unread = (name: string, value: unknown) =>
    name === 'connectorType' || name === 'ackTemplate' ? undefined : value;
  return JSON.parse(JSON.stringify(vector.expect, unread));
}

test('decodeMessage() reads a capture as Flow writes it', () => {
  const got = decodeMessage(captureMessage, Buffer.from(vector.hex, 'hex'));
  expect(got).toEqual(readMembers());
});
