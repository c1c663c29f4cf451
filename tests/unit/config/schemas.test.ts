import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import endpointSchema from '../../../schemas/endpoint-config.schema.json' with { type: 'json' };
import resourceSchema from '../../../schemas/resource-config.schema.json' with { type: 'json' };

interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: unknown;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly order?: number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly secret?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string };
  readonly additionalProperties?: boolean;
}

const annotations = [
  'advanced',
  'nonsensitive',
  'order',
  'secret',
  'x-hidden-field',
  'x-iam-auth',
] as const;

const schemas: readonly [string, Schema][] = [
  ['endpoint', endpointSchema],
  ['resource', resourceSchema],
];

/** Every schema in a schema, with its place. */
function nodesOf(schema: Schema, place: string): [string, Schema][] {
  const properties = Object.entries(schema.properties ?? {});
  return [
    [place, schema],
    ...properties.flatMap(([name, child]) => nodesOf(child, `${place}.${name}`)),
    ...(schema.oneOf ?? []).flatMap((child, index) => nodesOf(child, `${place}[${index}]`)),
  ];
}

const nodes = schemas.flatMap(([name, schema]) => nodesOf(schema, name));
const placesOf = (isAtFault: (schema: Schema) => boolean) =>
  nodes.filter(([, schema]) => isAtFault(schema)).map(([place]) => place);

// https://github.com/estuary/connectors/blob/main/config_schema_guidelines.md
describe('the published schemas', () => {
  test.each(schemas)('are strict JSON Schemas: %s', (_, schema) => {
    // `oneOf` has its types in its variants, and the discriminator's property too.
    const ajv = new Ajv2020({ strict: true, strictRequired: false, discriminator: true });
    ajv.addVocabulary([...annotations]);
    expect(() => ajv.compile(schema)).not.toThrow();
  });

  test('have a title in title case and a description with a full stop at every place', () => {
    const isTitle = (title: string) => title.split(' ').every((word) => /^[A-Z]/.test(word));
    const got = placesOf(
      ({ title, description }) =>
        !isTitle(title ?? '') || description === undefined || !/^[A-Z][^<]*\.$/.test(description),
    );
    expect(got).toEqual([]);
  });

  test('have one type at every place', () => {
    expect(placesOf(({ type }) => typeof type !== 'string')).toEqual([]);
  });

  test('keep secrets in strings', () => {
    expect(placesOf(({ secret }) => secret === true)).toEqual([
      'endpoint.credentials[0].aws_secret_access_key',
      'endpoint.awsSecretAccessKey',
    ]);
    expect(placesOf(({ secret, type }) => secret === true && type !== 'string')).toEqual([]);
  });

  // The app writes defaults into the configuration as soon as a section is touched, and Estuary's connector then
  // refuses a capture for options that nobody chose. So the default of an option of ours is its absence.
  test('have defaults only where the form needs one to show the authentication', () => {
    expect(placesOf(({ default: value }) => value !== undefined)).toEqual([
      'endpoint.credentials',
      'endpoint.credentials[0].auth_type',
      'endpoint.credentials[1].auth_type',
    ]);
  });

  // The app shows it as it stands: rules are said in words by our own check.
  test('have no regular expressions', () => {
    expect(placesOf((schema) => schema.pattern !== undefined)).toEqual([]);
  });

  test('take no empty text for what is required', () => {
    const got = nodes.flatMap(([place, { required = [], properties = {} }]) =>
      required
        .filter((name) => {
          const { type, const: constant, minLength } = properties[name] ?? {};
          return type === 'string' && constant === undefined && minLength !== 1;
        })
        .map((name) => `${place}.${name}`),
    );
    expect(got).toEqual([]);
  });

  test('have distinct orders in each object', () => {
    const got = placesOf(({ properties = {} }) => {
      const orders = Object.values(properties).map(({ order }) => order);
      return orders.includes(undefined) || new Set(orders).size < orders.length;
    });
    expect(got).toEqual([]);
  });

  test('allow additional properties at the root', () => {
    expect(schemas.map(([, schema]) => schema.additionalProperties)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('tell variants apart by a required constant that is its own default', () => {
    const variants = nodes.flatMap(([, { oneOf = [], discriminator }]) =>
      oneOf.map((variant) => {
        const name = discriminator?.propertyName ?? '';
        const { type, const: constant, default: value } = variant.properties?.[name] ?? {};
        return [variant.type, variant.required?.includes(name), type, constant, value];
      }),
    );
    expect(variants).toEqual([
      ['object', true, 'string', 'AWSAccessKey', 'AWSAccessKey'],
      ['object', true, 'string', 'AWSIAM', 'AWSIAM'],
    ]);
  });

  test('have the properties of Estuary’s Go connector, and those of ours after them', () => {
    const namesOf = (schema: Schema) => Object.keys(schema.properties ?? {});
    const { credentials, advanced } = endpointSchema.properties;
    const got = {
      root: namesOf(endpointSchema),
      required: endpointSchema.required,
      credentials: credentials.oneOf.map(namesOf),
      isIamAuth: credentials['x-iam-auth'],
      advanced: namesOf(advanced),
      resource: namesOf(resourceSchema),
    };
    const want = {
      root: ['region', 'credentials', 'advanced', 'awsAccessKeyId', 'awsSecretAccessKey'],
      // The app folds away what is not required.
      required: ['region', 'credentials'],
      credentials: [
        ['auth_type', 'aws_access_key_id', 'aws_secret_access_key'],
        ['auth_type', 'aws_region', 'aws_role_arn'],
      ],
      isIamAuth: true,
      advanced: [
        ...['backfillSegments', 'scanLimit', 'endpoint', 'idleBackoffMax'],
        ...['historyMode', 'onDataLoss', 'tableFilter'],
        ...['exportBucket', 'exportPrefix', 'exportBucketOwner'],
        ...['numbers', 'beforeImages', 'ttlDeletes'],
      ],
      resource: ['table', 'rcuAllocation', 'beforeImages', 'ttlDeletes'],
    };
    expect(got).toEqual(want);
  });
});
