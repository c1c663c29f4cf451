import { describe, expect, test } from '@jest/globals';
import { emptyRecordPage } from '../../../connector/transcoder/empty-page.ts';
import {
  createTranscoder,
  type RecordDocuments,
} from '../../../connector/transcoder/transcoder.ts';
import { bytesOf, framing, pageMeta, recordRules } from './transcoder-fixtures.ts';

const transcoder = createTranscoder({ key: [{ name: 'pk', type: 'S' }], framing });
/** What a page tells, but for its functions. */
const told = (page: RecordDocuments | undefined) =>
  page && {
    ...page,
    bytes: page.bytes.length,
    keys: page.keys(),
    end: 0,
    without: page.without([]),
    release: 0,
  };
const iterator = 'arn:aws:dynamodb:us-east-1:1:table/t/stream/2026|1|AAAA+/=='.repeat(8);

describe('emptyRecordPage()', () => {
  test.each([
    [`{"NextShardIterator":"${iterator}","Records":[]}`],
    [`{"Records":[],"NextShardIterator":"${iterator}"}`],
  ])('takes %s as the transcoder does', (body) => {
    const got = emptyRecordPage(bytesOf(body));
    // With a space, it goes the long way.
    const want = transcoder.records(bytesOf(` ${body}`), pageMeta, recordRules);
    expect(told(got)).toEqual(told(want));
    expect(got?.nextShardIterator).toBe(iterator);
  });

  test.each([
    ['the end of a shard', '{"Records":[]}'],
    ['no iterator', '{"NextShardIterator":null,"Records":[]}'],
    ['records', '{"NextShardIterator":"i","Records":[{}]}'],
    ['an escape', '{"NextShardIterator":"i\\u0041","Records":[]}'],
    ['a quote in the middle', '{"NextShardIterator":"i","Records":[],"x":"y","Records":[]}'],
    ['no ASCII', '{"NextShardIterator":"é","Records":[]}'],
    ['another member', '{"NextShardIterator":"i","Records":[],"More":1}'],
    ['something behind it', '{"NextShardIterator":"i","Records":[]} '],
    ['no records at all', '{"NextShardIterator":"i"}'],
    ['a long text', `{"NextShardIterator":"${'i'.repeat(5000)}","Records":[]}`],
  ])('leaves %s to the transcoder', (_, body) => {
    expect(emptyRecordPage(bytesOf(body))).toBe(undefined);
  });
});
