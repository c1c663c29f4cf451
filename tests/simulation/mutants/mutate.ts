/** Bundles the simulation with one breakage in the connector. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Mutant } from './mutants.ts';

const entry = 'tests/simulation/simulate.ts';

/** The broken source. Throws unless the text to be replaced occurs exactly once: the mutant is out of date. */
export function mutate(source: string, { name, file, find, replace }: Mutant): string {
  const places = source.split(find).length - 1;
  if (places !== 1) {
    throw new Error(`Mutant "${name}": its text occurs ${places} times in ${file}, not once`);
  }
  return source.replace(find, () => replace);
}

/** Writes a simulation of the broken connector, or of the connector as it is. */
export async function bundleSimulation(outfile: string, mutant: Mutant | undefined): Promise<void> {
  const plugins = mutant === undefined ? [] : [breakageOf(mutant)];
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins,
    logLevel: 'error',
  });
}

function breakageOf(mutant: Mutant): Plugin {
  const broken = mutate(readFileSync(mutant.file, 'utf8'), mutant);
  const file = path.resolve(mutant.file);
  return {
    name: 'breakage',
    setup(bundler) {
      bundler.onLoad({ filter: /\.ts$/ }, (loaded) =>
        loaded.path === file ? { contents: broken, loader: 'ts' } : undefined,
      );
    },
  };
}
