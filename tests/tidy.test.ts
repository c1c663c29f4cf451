/** Checks of the code itself: who may import whom, how long a file may grow, and what lies where. */

import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { circlesIn } from './support/import-circles.ts';

// From the edge inwards: each folder, and the folders it may import. Words lie in connector/ itself.
const layers: Readonly<Record<string, readonly string[]>> = {
  edge: ['cli', 'process-host', 'words'],
  'process-host': ['async', 'words'],
  cli: ['session', 'reduction', 'config', 'protocol', 'async', 'words', 'package.json'],
  reduction: ['words'],
  session: [
    'capture',
    'transcoder',
    'discovery',
    'state',
    'aws',
    'async',
    'config',
    'protocol',
    'schemas',
    'words',
    'package.json',
  ],
  capture: [
    'repair',
    'backfill',
    'stream',
    'transcoder',
    'state',
    'aws',
    'async',
    'config',
    'protocol',
    'words',
  ],
  repair: ['backfill', 'transcoder', 'state', 'aws', 'async', 'words'],
  backfill: ['state', 'aws', 'async', 'words'],
  stream: ['state', 'aws', 'async', 'words'],
  discovery: ['aws', 'async', 'schemas', 'words'],
  transcoder: ['words'],
  state: ['schemas', 'words'],
  aws: ['config', 'words'],
  config: ['schemas', 'words'],
  async: ['words'],
  words: [],
  protocol: [],
  schemas: [],
};
// Every other folder is entered by the file that bears its name.
const openLayers = new Set(['words', 'async', 'protocol', 'schemas', 'package.json']);
// The rooms of the command line, and what each may import of `connector/cli`; its root is open to all of them.
const rooms: Readonly<Record<string, readonly string[]>> = {
  discover: ['catalog', 'terminal'],
  validate: ['catalog', 'terminal'],
  pull: ['catalog', 'terminal'],
  catalog: [],
  terminal: [],
};
// Circles of imports, those of types included, that are as they should be.
const circlesWithReason: readonly (readonly [reason: string, files: readonly string[]])[] = [
  [
    'the port says what AWS does for us, and loads what does it when it is asked for',
    [
      'aws.ts',
      'dynamodb-client.ts',
      'repair-ports.ts',
      'stream-calls.ts',
      'stream-description.ts',
      'table-calls.ts',
    ].map((name) => path.join('connector/aws', name)),
  ],
  [
    'the codec is what its two implementations have in common, and chooses between them by name',
    ['protocol/codec.ts', 'protocol/json-lines.ts', 'protocol/protobuf-frames.ts'],
  ],
];
/** A file that needs more has two subjects. */
const lineCountMax = 250;

// What belongs at the top, besides dotfiles; the rest is made by npm.
const topLevel = new Set([
  ...['package.json', 'tsconfig.json', 'connector', 'schemas', 'protocol', 'tests'],
  ...['Dockerfile', 'flow.yaml', 'README.md', 'CHANGELOG.md', 'LICENSE'],
  ...['eslint.config.js', 'package-lock.json'],
]);
const made = new Set(['build', 'coverage', 'dist', 'node_modules']);

/** All files below a folder, as paths from the top. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function layerOf(file: string): string {
  const [top = '', ...rest] = file.split(path.sep);
  if (top !== 'connector') return top;
  if (rest.length > 1) return rest[0] ?? '';
  return rest[0] === 'main.ts' ? 'edge' : 'words';
}

/** The room of the command line that a file lies in; undefined for its root, and for all other folders. */
function roomOf(file: string): string | undefined {
  const [top, folder, room, ...rest] = file.split(path.sep);
  return top === 'connector' && folder === 'cli' && rest.length > 0 ? room : undefined;
}

/** Files of ours that a file imports, whether at once or later. */
function importsOf(file: string, source: string): string[] {
  return [...source.matchAll(/(?:from |import |import\()'(\.[^']+)'/g)].map(([, specifier = '']) =>
    path.join(path.dirname(file), specifier),
  );
}

const isFrontDoor = (file: string) => path.basename(file, '.ts') === layerOf(file);
const isHandWritten = (file: string) => file.endsWith('.ts') && !file.endsWith('.types.ts');

const top = readdirSync('.').filter((name) => !made.has(name));
const productFiles = ['connector', 'protocol', 'schemas'].flatMap(filesIn);
const ourFiles = [...productFiles, ...filesIn('tests')];
const ourTexts = [...top.filter((name) => /\w\.\w+$|^[A-Z]/.test(name)), ...ourFiles]
  .filter((file) => file !== 'package-lock.json')
  .map((file) => [file, readFileSync(file, 'utf8')] as const);

/** Places where a pattern is found, as `file:line`. */
function placesOf(pattern: RegExp, texts: typeof ourTexts): string[] {
  return texts.flatMap(([file, text]) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line}`] : [])),
  );
}

describe.each(productFiles.filter(isHandWritten))('%s', (file) => {
  const source = readFileSync(file, 'utf8');
  const imports = importsOf(file, source);
  const foreign = imports.filter((target) => layerOf(target) !== layerOf(file));

  test('imports inwards only', () => {
    const allowed = layers[layerOf(file)] ?? [];
    expect(foreign.filter((target) => !allowed.includes(layerOf(target)))).toEqual([]);
  });

  test('enters other folders by their front door', () => {
    const closed = foreign.filter((target) => !openLayers.has(layerOf(target)));
    expect(closed.filter((target) => !isFrontDoor(target))).toEqual([]);
  });

  test('keeps to its room of the command line, and to those it may use', () => {
    const room = roomOf(file);
    const others = imports.map(roomOf).filter((other) => other !== undefined && other !== room);
    const allowed = room === undefined ? Object.keys(rooms) : (rooms[room] ?? []);
    expect(others.filter((other) => !allowed.includes(other ?? ''))).toEqual([]);
  });

  test(`has at most ${lineCountMax} lines`, () => {
    expect(source.split('\n').length - 1).toBeLessThanOrEqual(lineCountMax);
  });

  test('begins with its idea', () => {
    expect(source.replace(/^#!.*\n/, '')).toMatch(/^\/\*\*/);
  });
});

test('no file of the product imports itself by way of others, not even for types', () => {
  const files = productFiles.filter(isHandWritten);
  const graph = new Map(files.map((file) => [file, importsOf(file, readFileSync(file, 'utf8'))]));
  const want = circlesWithReason.map(([, circle]) => circle);
  expect(circlesIn(graph).sort()).toEqual(want);
});

test('unit tests lie as what they test: each of their folders is one of the product, or of the tests', () => {
  const isTest = (file: string) => file.endsWith('.test.ts');
  const folders = filesIn('tests/unit')
    .filter(isTest)
    .map((file) => path.dirname(file));
  const rooms = [...new Set(folders)].map((folder) => path.relative('tests/unit', folder));
  const hasPlace = (room: string) =>
    ['connector', '.', 'tests'].some((above) => existsSync(path.join(above, room)));
  // The image is made by one file, at the top.
  expect(rooms.filter((room) => !hasPlace(room))).toEqual(['image']);
});

describe('every file of ours', () => {
  test('is finished', () => {
    // Patterns that do not find themselves.
    expect(placesOf(/\b(?:TO[D]O|FIX[M]E)\b/, ourTexts)).toEqual([]);
    const product = ourTexts.filter(([file]) => productFiles.includes(file));
    expect(placesOf(/not implemente[d]|\bstu[b]/i, product)).toEqual([]);
    const tests = ourTexts.filter(([file]) => file.endsWith('.test.ts'));
    expect(placesOf(/\.(?:skip|only)[(]|\bx(?:it|test|describe)[(]/, tests)).toEqual([]);
  });

  test('names no place of one machine', () => {
    expect(
      placesOf(/(?:^|[\s"'`(=:])\/(?:home|root|Users|work)\/\w|[A-Z]:\\Users/, ourTexts),
    ).toEqual([]);
  });
});

describe('the top level', () => {
  test('has no file without a reason', () => {
    expect(top.filter((name) => !topLevel.has(name) && !name.startsWith('.'))).toEqual([]);
  });

  test('has every file that users look for', () => {
    expect([...topLevel].filter((name) => !top.includes(name))).toEqual([]);
  });
});

interface Manifest {
  readonly version: string;
}
interface Lockfile {
  readonly packages: Readonly<
    Record<string, { resolved?: string; optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile;

describe('package-lock.json', () => {
  test('names no address', () => {
    expect(Object.keys(packages).filter((name) => packages[name]?.resolved)).toEqual([]);
  });

  test('knows the builds for every platform, without which npm ci refuses it', () => {
    const optional = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    expect(optional.filter((name) => !(`node_modules/${name}` in packages))).toEqual([]);
  });
});

describe('CHANGELOG.md', () => {
  test('tells what the version in package.json brings', () => {
    const changelog = readFileSync('CHANGELOG.md', 'utf8');
    const entry = changelog.split(/^## /m).find((each) => each.startsWith(`[${manifest.version}]`));
    expect(entry).toMatch(/^### (?:Added|Changed|Deprecated|Removed|Fixed|Security)\n\n- \S/m);
  });
});
