import { describe, expect, test } from '@jest/globals';
import { spec } from '../../../connector/session/spec.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import configSchema from '../../../schemas/endpoint-config.schema.json' with { type: 'json' };
import resourceConfigSchema from '../../../schemas/resource-config.schema.json' with { type: 'json' };

describe('spec()', () => {
  test('says the protocol, the schemas, and where the resource path is', () => {
    const got = spec();
    const want = {
      kind: 'spec',
      protocol: 3032023,
      configSchema,
      resourceConfigSchema,
      documentationUrl: packageJson.homepage,
      resourcePathPointers: ['/table'],
    };
    expect(got).toEqual(want);
  });
});
