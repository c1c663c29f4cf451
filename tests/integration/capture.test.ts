/** A whole capture: the built connector, AWS's own DynamoDB Local, writers, and a kill in the middle. */

import { describe, expect, test } from '@jest/globals';
import { DemoView } from '../demo/demo-view.ts';
import { runDemo } from '../demo/run.ts';
import { connectorCommand } from '../support/connector-command.ts';
import { sharedDynamoDb } from '../support/shared-dynamodb.ts';

const items = 400;
const changes = 300;
const backfillSecondsMin = 4;
const captureMsMax = 120_000;

describe('a capture that is killed half-way and opened again from its state', () => {
  test.each(['json', 'proto'] as const)(
    'equals the tables, with the codec "%s"',
    async (codec) => {
      const { endpoint } = await sharedDynamoDb();
      const command = connectorCommand();
      const view = new DemoView({ write: () => true });
      const options = { items, changes, seed: 7, codec, json: false, keep: false, log: false };
      const world = { options, endpoint, view, command, backfillSecondsMin };

      const { verdict, summary } = await runDemo(world, AbortSignal.timeout(captureMsMax));

      const { items: itemCount, ...findings } = verdict;
      const want = { missing: 0, stale: 0, resurrected: 0, duplicated: 0, examples: [] };
      expect(findings).toEqual(want);
      // Without these the verdict would be true of a capture that never had anything to do.
      const got = { changes: summary.changes, wasKilled: summary.crash !== undefined };
      expect(got).toEqual({ changes, wasKilled: true });
      expect(itemCount).toBeGreaterThan(items / 2);
      expect(summary.documents).toBeGreaterThanOrEqual(itemCount);
    },
    captureMsMax,
  );
});
