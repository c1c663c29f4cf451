import { describe, expect, test } from '@jest/globals';
import { parseRequest } from '../../../protocol/requests.ts';

const noCollection = {
  name: '',
  key: [],
  uuidPtr: '',
  partitionFields: [],
  writeSchema: {},
  readSchema: {},
};
const noBinding = { resourceConfig: {}, resourcePath: [], backfill: 0, stateKey: '' };
const noCapture = { name: '', config: {}, bindings: [], intervalSeconds: 0 };

/** The request of a line, so that no case shares objects with another. */
const parse = (json: object) => parseRequest(JSON.parse(JSON.stringify(json)));

describe('parseRequest() resolves collections', () => {
  const orders = { name: 'acmeCo/orders', writeSchema: { type: 'object' }, key: ['/id'] };
  const users = { name: 'acmeCo/users', key: ['/id'], readSchema: { title: 'read' } };
  const ordersRead = { ...noCollection, ...orders, readSchema: { type: 'object' } };
  const usersRead = { ...noCollection, ...users };
  const linkedCollections = [orders, users];

  test.each<[string, object, object[]]>([
    [
      'given inline, whatever the index',
      { bindings: [{ collection: users, collectionIndex: 9 }, { collection: orders }] },
      [usersRead, ordersRead],
    ],
    [
      'given as a table, where an absent index is 0',
      { linkedCollections, bindings: [{ collectionIndex: 1 }, {}, { collectionIndex: 0 }] },
      [usersRead, ordersRead, ordersRead],
    ],
    [
      'by the table where a message has both',
      {
        linked_collections: linkedCollections,
        bindings: [{ collection: orders, collection_index: 1 }],
      },
      [usersRead],
    ],
    [
      'inline where the table is empty',
      { linkedCollections: [], bindings: [{ collection: users }] },
      [usersRead],
    ],
  ])('%s', async (_, members, want) => {
    const validate = await parse({ validate: members });
    const open = await parse({ open: { capture: members } });
    const apply = await parse({ apply: { capture: members } });
    expect(validate).toEqual({
      ...{ kind: 'validate', name: '', config: {}, lastCapture: null, lastVersion: '' },
      bindings: want.map((collection) => ({ resourceConfig: {}, backfill: 0, collection })),
    });
    const capture = {
      ...noCapture,
      bindings: want.map((collection) => ({ ...noBinding, collection })),
    };
    expect(open).toMatchObject({ capture });
    expect(apply).toMatchObject({ capture });
  });
});
