import { afterAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAws } from '../../../connector/aws/aws.ts';
import { parseEndpointConfig } from '../../../connector/config/config.ts';
import type { HttpRequest, HttpResponse } from '../../../connector/host.ts';
import { fakeHost } from '../cli/fake-host.ts';
import { never, retryContext } from './retry-context.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'credentials-'));
const before = { ...process.env };
afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const name of Object.keys(process.env)) {
    if (!(name in before)) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, before);
});

const expiration = new Date(Date.now() + 3_600_000);
const role = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ROLE</AccessKeyId>
  <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
  <Expiration>${expiration.toISOString()}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
  </AssumeRoleWithWebIdentityResponse>`;
const single = {
  roleCredentials: {
    accessKeyId: 'SINGLE',
    secretAccessKey: 's',
    sessionToken: 't',
    expiration: expiration.getTime(),
  },
};

/** The requests that listing tables makes, and with which key it is signed. */
async function listing(environment: Record<string, string>) {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, { HOME: folder, AWS_REGION: 'eu-west-1', ...environment });
  const { host, clock } = fakeHost({});
  const sent: HttpRequest[] = [];
  const send = (request: HttpRequest): Promise<HttpResponse> => {
    sent.push(request);
    const answer = request.hostname.startsWith('sts')
      ? role
      : JSON.stringify(request.path.startsWith('/federation') ? single : { TableNames: [] });
    return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(answer) });
  };
  const config = parseEndpointConfig({ region: 'eu-west-1' });
  const aws = await createAws(config, { ...host, http: { send } }, retryContext(clock));
  await clock.run(aws.tables.listTables(never));
  const [, key] = /Credential=(\w+)/.exec(sent.at(-1)?.headers['authorization'] ?? '') ?? [];
  return [sent.map(({ method, hostname, path }) => `${method} ${hostname}${path}`), key];
}

test('the calls for credentials take the way of all others: a role', async () => {
  const token = path.join(folder, 'token');
  writeFileSync(token, 'token');
  const environment = {
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/r',
  };
  expect(await listing(environment)).toEqual([
    ['POST sts.eu-west-1.amazonaws.com/', 'POST dynamodb.eu-west-1.amazonaws.com/'],
    'ROLE',
  ]);
});

test('the calls for credentials take the way of all others: single sign-on', async () => {
  const startUrl = 'https://x.awsapps.com/start';
  const config = path.join(folder, 'config');
  writeFileSync(
    config,
    `[profile single]\nsso_start_url=${startUrl}\nsso_region=eu-west-1\nsso_account_id=1\nsso_role_name=r\n`,
  );
  const cache = path.join(folder, '.aws/sso/cache');
  mkdirSync(cache, { recursive: true });
  const name = createHash('sha1').update(startUrl).digest('hex');
  const token = { accessToken: 'a', expiresAt: expiration.toISOString(), startUrl };
  writeFileSync(path.join(cache, `${name}.json`), JSON.stringify(token));
  expect(await listing({ AWS_PROFILE: 'single', AWS_CONFIG_FILE: config })).toEqual([
    [
      'GET portal.sso.eu-west-1.amazonaws.com/federation/credentials?account_id=1&role_name=r',
      'POST dynamodb.eu-west-1.amazonaws.com/',
    ],
    'SINGLE',
  ]);
});
