/** What a user configures: JSON at the edge, total types inside. */

import type { Credentials, EndpointConfig, ResourceConfig } from './configured.ts';
import { parseDurationMs } from './duration.ts';
import { ConnectorError, errorCodes, listProblems } from '../errors.ts';
import { exportTargetOf, repairProblems } from './export-target.ts';
import { tidied } from './given.ts';
import { compileCheck, type ConfigProblem, type SchemaCheck } from './schema-check.ts';
import { endpointRules, resourceRules, serverUrl } from './text-rules.ts';
import endpointSchema from '../../schemas/endpoint-config.schema.json' with { type: 'json' };
import type * as schema from '../../schemas/endpoint-config.types.ts';
import resourceSchema from '../../schemas/resource-config.schema.json' with { type: 'json' };
import type { Resource } from '../../schemas/resource-config.types.ts';
import type { TableFilter } from '../table.ts';

export { serverUrl } from './text-rules.ts';

export type { EndpointConfig, ResourceConfig } from './configured.ts';
export type { ExportTarget } from './export-target.ts';

const idleBackoffMaxMsDefault = 1000;
/** DynamoDB allows five reads a second of a shard. */
const idleBackoffMaxMsLeast = 200;
/** Shard iterators expire after 15 minutes; a wait beyond that would cost requests rather than save them. */
const idleBackoffMaxMsMost = 600_000;

/** No configuration has five, and that of sops has three. */
const depthMax = 50;

const endpointPlace = 'the endpoint configuration';
/**
 * The published schema demands credentials, since the web form folds away what is not required. A local run may
 * leave them to the SDK, and keys may stand at the root.
 */
const localEndpointSchema = {
  ...endpointSchema,
  required: endpointSchema.required.filter((name) => name !== 'credentials'),
};
let checkEndpointConfig: SchemaCheck | undefined;
let checkResourceConfig: SchemaCheck | undefined;

// Defaults are filled in below rather than by ajv: absent credentials have a meaning of their own, although
// the schema gives the web form a default for them.
type GivenConfig = Omit<schema.SourceDynamoDBSpec, 'credentials' | 'advanced'> & {
  readonly credentials?: schema.AWSAccessKey | (schema.AWSIAM & Partial<InjectedTokens>);
  readonly advanced?: Partial<schema.AdvancedOptions>;
};

/** What Flow adds to the credentials of a role before it hands them over. */
interface InjectedTokens {
  readonly aws_access_key_id: string;
  readonly aws_secret_access_key: string;
  readonly aws_session_token: string;
}

/** The endpoint configuration. Throws `config-invalid` with every problem of it. */
export function parseEndpointConfig(json: unknown): EndpointConfig {
  assertShallow(json, endpointPlace);
  checkEndpointConfig ??= compileCheck(localEndpointSchema, endpointRules);
  const value = tidied(json, endpointSchema, { trims: true });
  const problems = checkEndpointConfig(value, endpointPlace);
  const credentials = problems.some(concernsCredentials)
    ? undefined
    : credentialsOf(value as GivenConfig);
  if (typeof credentials === 'string')
    problems.push({ path: 'credentials', sentence: credentials });
  if (problems.length === 0)
    problems.push(...repairProblems((value as GivenConfig).advanced, endpointPlace));
  if (problems.length > 0 || typeof credentials !== 'object') {
    throw invalid(problems, endpointPlace);
  }
  const { region, advanced = {} } = value as GivenConfig;
  return {
    region,
    credentials,
    endpoint: advanced.endpoint === undefined ? undefined : serverUrl(advanced.endpoint),
    backfillSegments: nonZero(advanced.backfillSegments),
    scanLimit: nonZero(advanced.scanLimit),
    idleBackoffMaxMs: idleBackoffMaxMsOf(advanced.idleBackoffMax),
    historyMode: advanced.historyMode ?? false,
    onDataLoss: advanced.onDataLoss ?? 'fail',
    tableFilter: tableFilterOf(advanced.tableFilter),
    exportTarget: exportTargetOf(advanced),
    numbers: advanced.numbers ?? 'exact',
    beforeImages: advanced.beforeImages ?? true,
    ttlDeletes: advanced.ttlDeletes ?? 'capture',
  };
}

/** The resource configuration of `bindings[index]`. Throws `config-invalid` with every problem of it. */
export function parseResourceConfig(json: unknown, index: number): ResourceConfig {
  const { problems, config } = readResourceConfig(json, index);
  if (problems.length > 0) throw invalid(problems, placeOf(index));
  return config;
}

/** The resource configurations of all bindings. Throws `config-invalid` with every problem of every one. */
export function parseResourceConfigs(jsons: readonly unknown[]): ResourceConfig[] {
  const outcomes = jsons.map(readResourceConfig);
  const problems = outcomes.flatMap((outcome) => outcome.problems);
  if (problems.length > 0) throw invalid(problems, 'the resource configurations');
  return outcomes.map((outcome) => outcome.config);
}

function readResourceConfig(json: unknown, index: number) {
  assertShallow(json, placeOf(index));
  // Unknown names are refused here, not in the published schema: Flow's control plane may add `_meta`.
  checkResourceConfig ??= compileCheck(
    { ...resourceSchema, additionalProperties: false },
    resourceRules,
  );
  const value = tidied(json, resourceSchema, { ignored: ['_meta'], trims: false });
  const problems = checkResourceConfig(value, placeOf(index));
  // Of use only where there is no problem.
  const { table, rcuAllocation, beforeImages, ttlDeletes } = (value ?? {}) as Resource;
  const config = { table, rcuAllocation: nonZero(rcuAllocation), beforeImages, ttlDeletes };
  return { problems, config };
}

/** What is deeper than any configuration would exhaust whoever walks it: that is a mistake, not a bug. */
function assertShallow(json: unknown, place: string): void {
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthMax) {
      const sentence = `There is something more than ${depthMax} levels deep in ${place}`;
      throw new ConnectorError(errorCodes.configInvalid, sentence);
    }
    level = level.flatMap((each): unknown[] =>
      typeof each === 'object' && each !== null ? Object.values(each) : [],
    );
  }
}

function concernsCredentials({ path }: ConfigProblem): boolean {
  return path === '' || /^(credentials|aws)/.test(path);
}

/** The credentials, or what is wrong with them although they have the shape that the schema demands. */
function credentialsOf(config: GivenConfig): Credentials | string {
  const { credentials } = config;
  switch (credentials?.auth_type) {
    case undefined:
      return legacyCredentialsOf(config);
    case 'AWSAccessKey':
      return {
        kind: 'access-key',
        accessKeyId: credentials.aws_access_key_id,
        secretAccessKey: credentials.aws_secret_access_key,
      };
    case 'AWSIAM': {
      const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } =
        credentials;
      const { aws_session_token: sessionToken, aws_role_arn: roleArn } = credentials;
      return accessKeyId && secretAccessKey && sessionToken
        ? { kind: 'session', accessKeyId, secretAccessKey, sessionToken }
        : tokensMissing(roleArn);
    }
  }
}

/** Keys at the root: the form of the Go connector's first versions. */
function legacyCredentialsOf(config: GivenConfig): Credentials | string {
  const { awsAccessKeyId: accessKeyId, awsSecretAccessKey: secretAccessKey } = config;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { kind: 'access-key', accessKeyId, secretAccessKey };
  }
  if (accessKeyId === secretAccessKey) return { kind: 'default-chain' };
  const missing = accessKeyId === undefined ? 'awsAccessKeyId' : 'awsSecretAccessKey';
  return `Missing property "${missing}" in ${endpointPlace}`;
}

// Flow leaves the tokens out without a word where it cannot get them, so only we can tell the user.
function tokensMissing(roleArn: string): string {
  return (
    `Property "credentials" in ${endpointPlace} names the role "${roleArn}", but there are no tokens for it: ` +
    "a Flow data plane supplies them for a role that trusts the data plane's identity provider and allows " +
    'sessions of 12 hours (MaxSessionDuration 43200); in a local run use an access key, or leave out "credentials"'
  );
}

function tableFilterOf(given: schema.TableFilter | undefined): TableFilter {
  const patterns = (list: readonly string[] | undefined) =>
    (list ?? []).map((pattern) => pattern.trim()).filter((pattern) => pattern !== '');
  return { include: patterns(given?.include), exclude: patterns(given?.exclude) };
}

function idleBackoffMaxMsOf(duration: string | undefined): number {
  const ms = duration === undefined ? 0 : parseDurationMs(duration);
  if (ms === 0) return idleBackoffMaxMsDefault;
  return Math.min(Math.max(ms, idleBackoffMaxMsLeast), idleBackoffMaxMsMost);
}

function nonZero(count: number | undefined): number | undefined {
  return count === 0 ? undefined : count;
}

function placeOf(index: number): string {
  return `the resource configuration of bindings[${index}]`;
}

function invalid(problems: readonly ConfigProblem[], place: string): ConnectorError {
  const sentences = problems.map(({ sentence }) => sentence);
  const message = listProblems(sentences, (count) => `There are ${count} problems in ${place}:`);
  return new ConnectorError(errorCodes.configInvalid, message);
}
