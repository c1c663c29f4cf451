/** What `discover` is to look at: the capture of a `flow.yaml`, or one that is yet to be written. */

import { parseEndpointConfig, serverUrl, type EndpointConfig } from '../../config/config.ts';
import { ConnectorError, errorCodes } from '../../errors.ts';
import type { CommandHost, Files } from '../../host.ts';
import { readCatalog } from '../catalog/catalog.ts';
import { mayMeanCapture } from '../catalog/choose-capture.ts';
import type { CaptureOrigin } from './discovered-changes.ts';
import { configFrom } from '../catalog/endpoint.ts';
import { readFlowCapture, type FlowCapture } from '../catalog/flow-file.ts';
import { configOf, placeFrom } from '../catalog/local-config.ts';
import { withNewCapture, type NewCapture } from './new-capture.ts';

const captureNameDefault = 'acmeCo/source-dynamodb';

export interface TargetFlags {
  readonly source: string;
  readonly capture?: string;
  readonly region?: string;
  readonly endpoint?: string;
}

/** Where tables are to be looked for, and the capture that is to have them. */
export interface DiscoverTarget {
  readonly capture: FlowCapture;
  readonly origin: CaptureOrigin;
  readonly config: EndpointConfig;
}

/** The capture of the file, or one that is made of `--region` and `--endpoint`. */
export async function targetOf(given: TargetFlags, host: CommandHost): Promise<DiscoverTarget> {
  const flags = withUrl(given);
  const { source, capture: captureName, region, endpoint } = flags;
  const catalog = await readCatalog(host.files, source);
  const isThere = catalog !== undefined && mayMeanCapture(catalog, captureName);
  if (isThere || (region === undefined && endpoint === undefined)) {
    const capture = await readFlowCapture(host.files, { source, capture: captureName });
    const config = configFrom(capture);
    assertSame(flags, capture, config);
    return { capture, origin: 'there', config };
  }
  const name = captureName ?? captureNameDefault;
  const made = newCapture({ ...flags, capture: name }, host);
  const file = withNewCapture(catalog?.source, source, made);
  const overlay: Pick<Files, 'read'> = {
    read: (path) => (path === source ? Promise.resolve(file.text) : host.files.read(path)),
  };
  const files = { ...host.files, ...overlay };
  const capture = await readFlowCapture(files, { source, capture: name });
  const origin = catalog === undefined ? 'in-new-file' : 'in-old-file';
  return { capture, origin, config: parseEndpointConfig(configOf(made)) };
}

/** The endpoint may lack its scheme, as in a configuration; one that is no URL is refused like there. */
function withUrl(flags: TargetFlags): TargetFlags {
  const url = flags.endpoint === undefined ? undefined : serverUrl(flags.endpoint);
  return url === undefined ? flags : { ...flags, endpoint: url };
}

/** A capture that is there has a region and an endpoint of its own: throws when others are asked for. */
function assertSame(
  { region, endpoint, source }: TargetFlags,
  { name }: FlowCapture,
  config: EndpointConfig,
): void {
  const differs = (given: string | undefined, own: string | undefined) =>
    given !== undefined && given !== own;
  const theirs = differs(region, config.region)
    ? `region ${config.region}`
    : differs(endpoint, config.endpoint)
      ? `endpoint ${config.endpoint ?? "AWS's own"}`
      : undefined;
  if (theirs === undefined) return;
  throw new ConnectorError(
    errorCodes.flowFileInvalid,
    `Capture "${name}" in ${source} has ${theirs}`,
    { hint: 'Change it there, or name a new capture with --capture.' },
  );
}

function newCapture(
  flags: TargetFlags & { readonly capture: string },
  host: CommandHost,
): NewCapture {
  assertCaptureName(flags.capture);
  const { environment, program } = host;
  return { ...placeFrom(flags, environment), name: flags.capture, program };
}

/** Flow's grammar of names; collections get the name's first parts. https://docs.estuary.dev/concepts/catalogs/ */
function assertCaptureName(name: string): void {
  if (/^[\p{L}\p{N}_.-]+(\/[\p{L}\p{N}_.-]+)+$/u.test(name)) return;
  throw new ConnectorError(errorCodes.configInvalid, `"${name}" is no name for a capture`, {
    hint: 'Write it like acmeCo/shop/source-dynamodb: your prefix, then parts of letters, digits, "-", "_" and ".".',
  });
}
