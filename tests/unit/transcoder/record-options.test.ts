import { describe, expect, test } from '@jest/globals';
import {
  createTranscoder,
  type TranscoderOptions,
} from '../../../connector/transcoder/transcoder.ts';
import { bytesOf, documentsOf, framing, pageMeta, recordRules } from './transcoder-fixtures.ts';

const key = [{ name: 'pk', type: 'S' }] as const;
const ttl = { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' };

function record(eventName: string, id: string, userIdentity?: object) {
  const image = { pk: { S: id }, v: { N: '1' } };
  return {
    eventID: 'e',
    eventName,
    dynamodb: {
      ApproximateCreationDateTime: 1_787_306_400,
      Keys: { pk: { S: id } },
      ...(eventName === 'REMOVE' ? {} : { NewImage: image }),
      ...(eventName === 'INSERT' ? {} : { OldImage: image }),
      SequenceNumber: '100',
    },
    ...(userIdentity === undefined ? {} : { userIdentity }),
  };
}

/** Each document as its key, `op`, whether it has an image of what was before; and the keys that the fence is told. */
function read(
  records: readonly object[],
  options: Partial<TranscoderOptions>,
  expandDeletesBeforeMs = 0,
) {
  const transcoder = createTranscoder({ key, framing, ...options });
  const body = bytesOf(JSON.stringify({ Records: records, NextShardIterator: 'n' }));
  const page = transcoder.records(body, pageMeta, { ...recordRules, expandDeletesBeforeMs });
  const documents = documentsOf(page).map((text) => {
    const { pk, _meta } = JSON.parse(text) as {
      pk: string;
      _meta: { op: string; before?: object };
    };
    return `${pk} ${_meta.op}${_meta.before === undefined ? '' : ' before'}`;
  });
  return { documents, keys: page.keys(), recordCount: page.recordCount };
}

describe('deletes by time to live that are ignored', () => {
  const records = [
    record('INSERT', 'a'),
    record('REMOVE', 'b', ttl),
    // DynamoDB Local's name for it, and its spelling of members.
    record('REMOVE', 'c', { type: 'Service', principalId: 'dynamodb.amazonaws.com' }),
    record('REMOVE', 'd', { Type: 'Service', PrincipalId: 'replication.dynamodb.amazonaws.com' }),
    record('REMOVE', 'e'),
    // Nothing that is written is by time to live.
    record('MODIFY', 'f', ttl),
  ];
  const told = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => `S1:${id}`);

  test.each([
    ['after a backfill', 0, ['a c', 'd d before', 'e d before', 'f u before']],
    ['during one', Infinity, ['a c', 'd c', 'd d before', 'e c', 'e d before', 'f u before']],
  ])('make no documents, and are told by their keys: %s', (_, expandBefore, documents) => {
    const got = read(records, { ignoresTtlDeletes: true }, expandBefore);
    expect(got.documents).toEqual(documents);
    expect([...new Set(got.keys)].sort()).toEqual(told);
    expect(got.recordCount).toBe(6);
  });

  test('are documents like others where they are not', () => {
    const { documents } = read(records, {});
    expect(documents).toEqual([
      'a c',
      ...['b', 'c', 'd', 'e'].map((id) => `${id} d before`),
      'f u before',
    ]);
  });
});

test('images of what was before are left out, but for the item that goes before its delete', () => {
  const records = [record('INSERT', 'a'), record('MODIFY', 'b'), record('REMOVE', 'c')];
  const options = { beforeImages: false };
  expect(read(records, options).documents).toEqual(['a c', 'b u', 'c d']);
  expect(read(records, options, Infinity).documents).toEqual(['a c', 'b u', 'c c', 'c d']);
});
