/**
 * Builds the program: `connector/main.ts` with all that it uses, as `dist/main.js` and its chunks, and beside them
 * `dist/licences.txt`, the licences of the packages inside. Plain JavaScript, since it runs before anything is built.
 */

import { build } from 'esbuild';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = 'dist';
// Packages that are CommonJS call `require`, which ES modules have only when asked for.
const requireWhenCalled =
  "import{createRequire}from'node:module';let require_;" +
  'const require=name=>(require_??=createRequire(import.meta.url))(name);';

rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['connector/main.ts'],
  outdir: folder,
  ...{ bundle: true, splitting: true, minifySyntax: true, metafile: true },
  ...{ format: 'esm', platform: 'node', target: 'node20', mainFields: ['module', 'main'] },
  banner: { js: requireWhenCalled },
  logLevel: 'warning',
});
writeFileSync(path.join(folder, 'licences.txt'), licences(packageFolders(metafile)));

/** Where the bundled packages lie, each once. */
function packageFolders({ outputs }) {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(folders.filter((each) => each !== undefined))].sort();
}

/** The text of each licence, below the packages that come under it. */
function licences(packageFolders) {
  const namesByText = new Map();
  for (const packageFolder of packageFolders) {
    const { name, text } = licenceOf(packageFolder);
    namesByText.set(text, [...(namesByText.get(text) ?? []), name]);
  }
  const parts = [...namesByText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  return parts.join(`\n${'-'.repeat(100)}\n\n`);
}

function licenceOf(packageFolder) {
  const manifest = readFileSync(path.join(packageFolder, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(manifest);
  if (typeof license !== 'string') throw new Error(`${name} names no licence`);
  // A few packages bring no text beside the licence's name.
  const file = readdirSync(packageFolder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(path.join(packageFolder, file), 'utf8');
  return { name: `${name} ${version}: ${license}`, text: text.trim() };
}
