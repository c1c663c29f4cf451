import { describe, expect, test } from '@jest/globals';
import { runCommandLine } from '../../../connector/cli/cli.ts';
import { describeError } from '../../../connector/cli/command-error.ts';
import { ConnectorError, errorCodes } from '../../../connector/errors.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { fakeCommandHost, fakeTerminal, type FakeCommandOptions } from './memory-files.ts';

async function run(commandLine: string, options?: FakeCommandOptions) {
  const { host, stdout, stderr, files } = fakeCommandHost(options);
  const exitCode = await runCommandLine(commandLine.split(' ').filter(Boolean), host);
  return { exitCode, stdout: stdout(), stderr: stderr(), files };
}

describe('runCommandLine()', () => {
  test('prints the version', async () => {
    const { exitCode, stdout } = await run('--version');
    expect([exitCode, stdout]).toEqual([0, `${packageJson.version}\n`]);
  });

  test('prints what a report of a bug needs', async () => {
    const { stdout } = await run('--version --verbose');
    expect(stdout).toMatch(
      /^source-dynamodb [\d.]+\nNode v24.1.0, linux x64\nAWS SDK [\d.]+\nprotocol 3032023, codecs json and proto\n$/,
    );
    expect(await run('--verbose --version')).toMatchObject({ exitCode: 0, stdout });
  });

  test.each(['discover', 'validate'])('has help with examples for %s', async (command) => {
    const { exitCode, stdout } = await run(`${command} --help`, { columns: 80 });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`\nExamples:\n  $ source-dynamodb ${command}\n`);
    expect(stdout).toContain('--source <file>');
  });

  test('knows the --verbose of a command from its own', async () => {
    const binding = (index: number) =>
      `      - { resource: { table: t${index} }, target: a/t${index}, disable: true }\n`;
    const bindings = Array.from({ length: 40 }, (_, index) => binding(index)).join('');
    const text = `captures:\n  a/b:\n    endpoint: { local: { config: { region: us-east-1 } } }\n    bindings:\n${bindings}`;
    const environment = { NO_COLOR: '1' };
    const options = { files: { 'flow.yaml': text }, columns: 80, environment };
    expect((await run('validate', options)).stdout).toContain('40 bindings without a problem');
    expect((await run('validate --verbose', options)).stdout).toContain('t39 → a/t39');
  });

  test('lists every command', async () => {
    const { stdout } = await run('--help');
    const commands = [...stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
    expect(commands).toEqual(expect.arrayContaining(['discover', 'validate', 'spec']));
  });

  test('prints the answer to spec', async () => {
    const { exitCode, stdout } = await run('spec');
    expect([exitCode, Object.keys(JSON.parse(stdout) as object)]).toEqual([0, ['spec']]);
  });

  test.each([
    ['valdate', "Error: unknown command 'valdate'\n(Did you mean validate?)\n"],
    ['validate --sorce x', "Error: unknown option '--sorce'\n(Did you mean --source?)\n"],
    ['validate --source', "Error: option '--source <file>' argument missing\n"],
    [
      'discover --emit-raw --write',
      "Error: option '--emit-raw' cannot be used with option '--write'\n",
    ],
  ])('exits with 2 on %s', async (commandLine, message) => {
    const { exitCode, stderr } = await run(commandLine);
    expect([exitCode, stderr]).toEqual([2, `${message}See --help for what there is.\n`]);
  });

  test('exits with 1 and one clear error, without a stack', async () => {
    const { exitCode, stdout, stderr } = await run('validate --source nowhere.yaml');
    expect([exitCode, stdout, stderr]).toEqual([
      1,
      '',
      'Error: There is no file "nowhere.yaml" here\n' +
        'Hint:  Name it with --source, or create one: source-dynamodb discover --region us-east-1 --write\n' +
        'Code:  flow-file-invalid\n',
    ]);
  });

  test('exits with 130 and no error when it is interrupted', async () => {
    const text =
      'captures:\n  a/b: { endpoint: { local: { config: { region: us-east-1 } } }, bindings: [] }\n';
    const { host, stdout, stderr } = fakeCommandHost({ files: { 'flow.yaml': text } });
    const stop = AbortSignal.abort(new Error('Received SIGINT'));
    const exitCode = await runCommandLine(['discover'], { ...host, stop });
    expect([exitCode, stdout(), stderr()]).toEqual([130, '', '']);
  });

  test.each([
    [
      'an endpoint without a region',
      'discover --endpoint http://db.example --capture e/f',
      'The region cannot be derived from an endpoint alone',
    ],
    [
      'a capture that is there already',
      'discover --region eu-west-1 --capture c/d',
      'Capture "c/d" in flow.yaml has region us-east-1',
    ],
    [
      'a name that Flow does not take',
      'discover --region eu-west-1 --capture shop',
      '"shop" is no name for a capture',
    ],
    [
      'a configuration that is not valid',
      'validate --capture a/b',
      'Missing property "region" in the endpoint configuration',
    ],
  ])('tells of %s', async (_, commandLine, message) => {
    const text = `captures:
  a/b: { endpoint: { local: { config: {} } }, bindings: [] }
  c/d: { endpoint: { connector: { image: x, config: { region: us-east-1 } } }, bindings: [] }
`;
    const { exitCode, stderr, files } = await run(commandLine, { files: { 'flow.yaml': text } });
    expect([exitCode, stderr.split('\n')[0]]).toEqual([1, `Error: ${message}`]);
    expect(files.writes).toEqual([]);
  });

  test('tells who types what this is, and serves', async () => {
    const { exitCode, stderr } = await run('', { isInputTerminal: true });
    expect([exitCode, stderr]).toEqual([
      0,
      'Serving the Flow capture protocol on stdin. Commands for people: source-dynamodb --help\n',
    ]);
  });
});

describe('describeError()', () => {
  test('shows a stack for bugs alone', () => {
    const terminal = fakeTerminal(80);
    const known = new ConnectorError(errorCodes.dataLoss, 'Lost', { cause: new Error('why') });
    expect(describeError(known, terminal)).toBe('Error: Lost\nCode:  data-loss');
    expect(describeError(new TypeError('x is not a function'), terminal)).toMatch(
      /^Error: This is a bug of source-dynamodb; .*\nTypeError: x is not a function\n {4}at /,
    );
  });
});
