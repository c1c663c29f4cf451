import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { documentSchema } from '../../../connector/discovery/discovery.ts';
import { parseEndpointConfig } from '../../../connector/config/config.ts';
import { errorCodes } from '../../../connector/errors.ts';
import endpointSchema from '../../../schemas/endpoint-config.schema.json' with { type: 'json' };
import resourceSchema from '../../../schemas/resource-config.schema.json' with { type: 'json' };
import { tableNamed } from '../discovery/fake-aws.ts';
import { pageNamed, pages, tableOf } from './pages.ts';

const namesOf = (rows: readonly string[][]) => rows.map(([name]) => name).sort();

/** The sources of the connector, as one text. */
function connectorText(): string {
  return readdirSync('connector', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join('connector', name), 'utf8'))
    .join('\n');
}

describe('configuration.md', () => {
  const page = pageNamed('configuration');
  const { credentials, advanced, ...others } = endpointSchema.properties;

  test('has a row for each endpoint option', () => {
    const options = new Set([
      ...Object.keys(others),
      ...credentials.oneOf.flatMap(({ properties }) =>
        Object.keys(properties).map((name) => `credentials.${name}`),
      ),
      ...Object.keys(advanced.properties).map((name) => `advanced.${name}`),
    ]);
    expect(namesOf(tableOf(page, 'endpoint option'))).toEqual([...options].sort());
  });

  test('has a row for each binding option', () => {
    const options = Object.keys(resourceSchema.properties);
    expect(namesOf(tableOf(page, 'binding option'))).toEqual(options.sort());
  });

  test('has the defaults that absent options have', () => {
    const rows = tableOf(page, 'endpoint option');
    const got = new Map(rows.map(([name, value]) => [name, value]));
    const { historyMode, onDataLoss } = parseEndpointConfig({ region: 'x' });
    for (const [name, value] of Object.entries({ historyMode, onDataLoss })) {
      expect([name, got.get(`advanced.${name}`)]).toEqual([name, String(value)]);
    }
  });

  test('says what is required', () => {
    const rows = [...tableOf(page, 'endpoint option'), ...tableOf(page, 'binding option')];
    const got = rows.filter(([, value]) => value === 'required').map(([name]) => name);
    const inForm = [...endpointSchema.required, ...resourceSchema.required];
    // Demanded of the web form alone.
    expect(got).toEqual(inForm.filter((name) => name !== 'credentials'));
  });

  test('has a row for each environment variable', () => {
    const read = connectorText().matchAll(/environment\['(\w+)'\]/g);
    const want = new Set([...read].map(([, name]) => name));
    expect(namesOf(tableOf(page, 'environment variable'))).toEqual([...want].sort());
  });
});

describe('errors.md', () => {
  test('has a row for each error code', () => {
    const rows = tableOf(pageNamed('errors'), 'code');
    expect(namesOf(rows)).toEqual(Object.values(errorCodes).sort());
    expect(rows.filter(([, cause, remedy]) => !cause || !remedy)).toEqual([]);
  });
});

describe('documents.md', () => {
  test('has a row for each member of _meta', () => {
    const schema = documentSchema(tableNamed('orders'), { historyMode: false }) as {
      readonly allOf: readonly [
        { readonly properties: { readonly _meta: { properties: object } } },
      ];
    };
    const want = Object.keys(schema.allOf[0].properties._meta.properties);
    expect(namesOf(tableOf(pageNamed('documents'), 'in `_meta`'))).toEqual(want.sort());
  });
});

describe.each(pages)('$file', ({ text }) => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };

  test('names only scripts that there are', () => {
    const got = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script = '']) => script);
    expect(got.filter((script) => !(script in scripts))).toEqual([]);
  });

  test('names only files and folders that there are', () => {
    const named = [...text.matchAll(/`((?:connector|protocol|schemas|tests)\/[\w./-]*)`/g)];
    const top = new Set(readdirSync('.', { recursive: true, encoding: 'utf8' }).filter(isOurs));
    const got = named.map(([, file = '']) => file.replace(/\/$/, ''));
    expect(got.filter((file) => !top.has(file))).toEqual([]);
  });
});

const isOurs = (file: string) => !/^(?:node_modules|dist|build|\.git)\b/.test(file);
