import { afterEach, beforeEach } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives each test an environment in which nothing is said to AWS's SDK, and ways to say something. */
export function emptyEnvironment() {
  const before = { ...process.env };
  let folder = '';
  const withEnvironment = (environment: Record<string, string>) => {
    Object.assign(process.env, environment);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'endpoints-'));
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
    }
    withEnvironment({ AWS_CONFIG_FILE: join(folder, 'none'), AWS_EC2_METADATA_DISABLED: 'true' });
  });
  afterEach(async () => {
    process.env = { ...before };
    await rm(folder, { recursive: true });
  });
  return {
    withEnvironment,
    /** Lines of the configuration file. */
    withProfile: async (...lines: string[]) => {
      await writeFile(join(folder, 'config'), lines.join('\n'));
      withEnvironment({ AWS_CONFIG_FILE: join(folder, 'config'), AWS_PROFILE: 'default' });
    },
  };
}
