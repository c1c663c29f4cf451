import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { generatedTypes, typesOf } from '../../../schemas/generate.ts';

describe('npm run generate', () => {
  test.each(generatedTypes)('has been run since %s changed', async (schemaPath, typesPath) => {
    const got = await readFile(typesPath, 'utf8');
    const want = await typesOf(schemaPath);
    expect(got).toBe(want);
  });
});
