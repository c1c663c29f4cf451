/** A whole capture: the built connector, DynamoDB Local or our fake, writers, and a kill in the middle. */

import { describe, expect, test } from '@jest/globals';
import { DemoView } from '../demo/demo-view.ts';
import { runDemo } from '../demo/run.ts';
import { connectorCommand } from '../support/connector-command.ts';
import { serveFake } from '../support/fake-dynamodb/http-server.ts';
import { sharedDynamoDb } from '../support/shared-dynamodb.ts';

const items = 400;
const changes = 300;
const backfillSecondsMin = 4;
const captureMsMax = 120_000;

describe('a capture that is killed half-way and opened again from its state', () => {
  const cases = [
    ['json', 'DynamoDB Local'],
    ['proto', 'DynamoDB Local'],
    ['json', 'the fake'],
  ] as const;
  test.each(cases)(
    'equals the tables, with the codec "%s" and %s',
    async (codec, server) => {
      const fake = server === 'the fake' ? await serveFake() : undefined;
      const { endpoint } = fake ?? (await sharedDynamoDb());
      const command = connectorCommand();
      const view = new DemoView({ write: () => true });
      const flags = { json: false, keep: false, fake: fake !== undefined, log: false };
      const options = { items, changes, seed: 7, codec, ...flags };
      const world = { options, endpoint, view, command, backfillSecondsMin };

      const { verdict, summary } = await runDemo(world, AbortSignal.timeout(captureMsMax)).finally(
        () => fake?.close(),
      );

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
