/** `discover`: the tables of a region, what keeps any from being captured, and bindings for the others. */

import { codecNamed } from '../../protocol/codec.ts';
import type { DiscoveredBinding } from '../../protocol/responses.ts';
import { parseEndpointConfig, type EndpointConfig } from '../config.ts';
import { ConnectorError, errorCodes, messageOf } from '../errors.ts';
import type { CommandHost, Files } from '../host.ts';
import { loadInspection, type Survey } from '../session/session.ts';
import { readCatalog } from './catalog.ts';
import { exitCodes } from './command-error.ts';
import type { CommandContext } from './command.ts';
import { configFrom } from './endpoint.ts';
import { renderChanges, renderSurvey, surveyJson } from './discover-view.ts';
import { changesFor, type CaptureFate, type Changes } from './discovered-changes.ts';
import { readFlowCapture, type FlowCapture } from './flow-file.ts';
import { configOf, withNewCapture, type NewCapture } from './new-capture.ts';

export interface DiscoverFlags {
  readonly source: string;
  readonly capture?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly write?: true;
  readonly emitRaw?: true;
  readonly json?: true;
}

const captureNameDefault = 'acmeCo/source-dynamodb';
const localRegion = 'us-east-1';

/** Where tables are to be looked for, and the capture that is to have them. */
interface Subject {
  readonly capture: FlowCapture;
  readonly fate: CaptureFate;
  readonly config: EndpointConfig;
}

export async function discover(flags: DiscoverFlags, context: CommandContext): Promise<number> {
  const { host, print, stdout, log } = context;
  const subject = await subjectOf(flags, host);
  const { surveyTables } = await loadInspection();
  const survey = await surveyTables(subject.config, host, log);
  if (flags.emitRaw === true) return printRaw(survey, subject.config, print);
  const changes = await changesFor(host.files, subject.capture, survey, subject.fate);
  if (flags.write === true) await write(host.files, changes);
  const isWritten = flags.write === true;
  if (flags.json === true) {
    const json = surveyJson(survey, subject, isWritten ? changes : undefined);
    await print(`${JSON.stringify(json, undefined, 2)}\n`);
  } else {
    await print(renderSurvey(survey, subject, stdout));
    await print(renderChanges(changes, subject, { isWritten, flags }, stdout));
  }
  return exitCodes.ok;
}

/** The capture of the file, or one that is made of `--region` and `--endpoint`. */
async function subjectOf(flags: DiscoverFlags, host: CommandHost): Promise<Subject> {
  const { source, capture: captureName, region, endpoint } = flags;
  if (region === undefined && endpoint === undefined) {
    const capture = await readFlowCapture(host.files, { source, capture: captureName });
    return { capture, fate: 'there', config: configFrom(capture) };
  }
  const catalog = await readCatalog(host.files, source);
  const name = captureName ?? captureNameDefault;
  if (catalog?.captures.some((entry) => entry.name === name) === true) {
    throw new ConnectorError(
      errorCodes.flowFileInvalid,
      `${source} has a capture "${name}" already, with a region and an endpoint of its own`,
      { hint: 'Leave out --region and --endpoint, or name another capture by --capture.' },
    );
  }
  const made = newCapture({ ...flags, capture: name }, host);
  const file = withNewCapture(catalog?.source, source, made);
  const overlay: Pick<Files, 'read'> = {
    read: (path) => (path === source ? Promise.resolve(file.text) : host.files.read(path)),
  };
  const files = { ...host.files, ...overlay };
  const capture = await readFlowCapture(files, { source, capture: name });
  const fate = catalog === undefined ? 'in-new-file' : 'in-old-file';
  return { capture, fate, config: parseEndpointConfig(configOf(made)) };
}

function newCapture(flags: DiscoverFlags & { readonly capture: string }, host: CommandHost) {
  const { environment, program } = host;
  const { endpoint } = flags;
  const isLocal = endpoint !== undefined && isLoopback(endpoint);
  const region =
    flags.region ??
    environment['AWS_REGION'] ??
    environment['AWS_DEFAULT_REGION'] ??
    (isLocal ? localRegion : undefined);
  if (region === undefined) {
    throw new ConnectorError(
      errorCodes.configInvalid,
      'An endpoint alone does not tell the region',
      {
        hint: 'Add --region, for instance --region us-east-1, or set AWS_REGION.',
      },
    );
  }
  const hasOwn = ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE'].some((each) => environment[each]);
  const made: NewCapture = {
    name: flags.capture,
    region,
    endpoint,
    hasLocalCredentials: isLocal && !hasOwn,
    program,
  };
  return made;
}

function isLoopback(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(endpoint).hostname);
}

/** The bindings as the protocol has them, one per line. */
async function printRaw(
  survey: Survey,
  { region }: EndpointConfig,
  print: CommandContext['print'],
): Promise<number> {
  const codec = await codecNamed('json');
  const bindings = survey.tables.flatMap(({ binding }) => binding ?? []);
  if (bindings.length === 0) {
    throw new ConnectorError(
      errorCodes.nothingToCapture,
      `Found no table to capture in region ${region}`,
      { hint: 'Leave out --emit-raw to see all tables, and what keeps each from being captured.' },
    );
  }
  const line = (binding: DiscoveredBinding) => {
    const response = codec.encode({ kind: 'discovered', bindings: [binding] });
    const { discovered } = JSON.parse(Buffer.from(response).toString()) as {
      discovered: { bindings: [unknown] };
    };
    return `${JSON.stringify(discovered.bindings[0])}\n`;
  };
  await print(bindings.map(line).join(''));
  return exitCodes.ok;
}

async function write(files: Files, changes: Changes): Promise<void> {
  for (const { path, text } of changes.files) {
    try {
      await files.replace(path, text);
    } catch (error) {
      throw new ConnectorError(
        errorCodes.fileUnusable,
        `Cannot write "${path}": ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
}
