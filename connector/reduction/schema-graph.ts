/** A schema compiled once: a graph of its sub-schemas, each with its annotation and its validator. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { isArray, isObject, type JsonObject, type JsonValue } from './json.ts';
import { ReductionError } from './reduction-error.ts';
import { SchemaIndex, whileCompiling, withAbsoluteId } from './schema-index.ts';
import { normalizeSchema, type JsonSchema } from './schema-text.ts';
import { parseStrategy, type Strategy } from './strategy.ts';

/** One sub-schema. Its fields follow the keywords of draft 2020-12 that can carry annotations. */
export interface SchemaNode {
  readonly strategy: Strategy | undefined;
  /** True when a strategy can be reached from here, at this location or below it. */
  annotates: boolean;
  /** True when one of the schemas for members of the value annotates. */
  annotatesBelow: boolean;
  /** Whether a value, with doubles only, is valid; compiled at the first call. */
  readonly isValid: (value: JsonValue) => boolean;
  /** `allOf` and references: valid whenever this node is. */
  readonly always: SchemaNode[];
  /** `anyOf` and `oneOf`. */
  readonly alternatives: SchemaNode[];
  condition: { if: SchemaNode; then?: SchemaNode; else?: SchemaNode } | undefined;
  readonly dependents: Map<string, SchemaNode>;
  readonly properties: Map<string, SchemaNode>;
  readonly patterns: [RegExp, SchemaNode][];
  additionalProperties: SchemaNode | undefined;
  unevaluatedProperties: SchemaNode | undefined;
  readonly prefixItems: SchemaNode[];
  items: SchemaNode | undefined;
  contains: SchemaNode | undefined;
  unevaluatedItems: SchemaNode | undefined;
}

/** What is wrong with a document: the place as a JSON pointer, and a sentence without a subject. */
export interface DocumentError {
  readonly location: string;
  readonly message: string;
}

export interface SchemaGraph {
  readonly root: SchemaNode;
  /** The first error of a value (with doubles only), or undefined when it is valid. */
  readonly errorOf: (value: JsonValue) => DocumentError | undefined;
}

/**
 * Compiles a schema.
 * @throws ReductionError `schema-invalid` or `strategy-unsupported`.
 */
export function compileSchema(schema: JsonSchema): SchemaGraph {
  const normal = normalizeSchema(schema as JsonValue);
  const document = withAbsoluteId(isObject(normal) ? normal : { allOf: [normal] });
  const ajv = createAjv();
  const root = new GraphBuilder(document, ajv).build();
  const validate = whileCompiling(() => ajv.compile(document));
  const errorOf = (value: JsonValue) => {
    if (validate(value)) return undefined;
    const [error] = validate.errors ?? [];
    return { location: error?.instancePath ?? '', message: error?.message ?? 'must be valid' };
  };
  return { root, errorOf };
}

/** Makes one node for each schema object, whatever number of references leads to it. */
class GraphBuilder {
  readonly #document: JsonObject;
  readonly #ajv: Ajv2020;
  readonly #index: SchemaIndex;
  readonly #nodes = new Map<JsonValue, SchemaNode>();
  /** Who leads to a node, for telling upwards that it annotates. */
  readonly #parents = new Map<SchemaNode, SchemaNode[]>();

  constructor(document: JsonObject, ajv: Ajv2020) {
    this.#document = document;
    this.#ajv = ajv;
    this.#index = new SchemaIndex(document);
  }

  build(): SchemaNode {
    const root = this.#node(this.#document);
    this.#spreadAnnotates();
    return root;
  }

  #node(schema: JsonValue): SchemaNode {
    const known = this.#nodes.get(schema);
    if (known !== undefined) return known;
    const node = isObject(schema)
      ? createNode(this.#strategyOf(schema), this.#validatorOf(schema))
      : createNode(undefined, () => schema !== false);
    this.#nodes.set(schema, node);
    if (isObject(schema)) {
      this.#linkInPlace(node, schema);
      this.#linkChildren(node, schema);
    }
    return node;
  }

  #linkInPlace(node: SchemaNode, schema: JsonObject): void {
    const child = this.#childOf(node);
    node.always.push(...this.#index.targetsOf(schema).map(child));
    node.always.push(...listOf(schema['allOf']).map(child));
    node.alternatives.push(...[schema['anyOf'], schema['oneOf']].flatMap(listOf).map(child));
    for (const [name, dependent] of entriesOf(schema['dependentSchemas'])) {
      node.dependents.set(name, child(dependent));
    }
    if (schema['if'] === undefined) return;
    node.condition = { if: child(schema['if']) };
    if (schema['then'] !== undefined) node.condition.then = child(schema['then']);
    if (schema['else'] !== undefined) node.condition.else = child(schema['else']);
  }

  #linkChildren(node: SchemaNode, schema: JsonObject): void {
    const child = this.#childOf(node);
    const optional = (keyword: string) => {
      const value = schema[keyword];
      return value === undefined ? undefined : child(value);
    };
    for (const [name, value] of entriesOf(schema['properties'])) {
      node.properties.set(name, child(value));
    }
    for (const [pattern, value] of entriesOf(schema['patternProperties'])) {
      node.patterns.push([whileCompiling(() => new RegExp(pattern, 'u')), child(value)]);
    }
    node.prefixItems.push(...listOf(schema['prefixItems']).map(child));
    node.additionalProperties = optional('additionalProperties');
    node.unevaluatedProperties = optional('unevaluatedProperties');
    node.items = optional('items');
    node.contains = optional('contains');
    node.unevaluatedItems = optional('unevaluatedItems');
  }

  #childOf(parent: SchemaNode): (schema: JsonValue) => SchemaNode {
    return (schema) => {
      const node = this.#node(schema);
      const parents = this.#parents.get(node);
      if (parents === undefined) this.#parents.set(node, [parent]);
      else parents.push(parent);
      return node;
    };
  }

  #strategyOf(schema: JsonObject): Strategy | undefined {
    const reduce = schema['reduce'];
    if (reduce === undefined) return undefined;
    return parseStrategy(reduce, `${this.#index.placeOf(schema).pointer}/reduce`);
  }

  // Most sub-schemas are never asked, so each is compiled when it is.
  #validatorOf(schema: JsonObject): (value: JsonValue) => boolean {
    const { base, pointer } = this.#index.placeOf(schema);
    let validate: ((value: JsonValue) => unknown) | undefined;
    return (value) => {
      if (validate === undefined) {
        const fragment = pointer.split('/').map(encodeURIComponent).join('/');
        validate = whileCompiling(() => this.#ajv.getSchema(`${base}#${fragment}`));
      }
      if (validate !== undefined) return validate(value) === true;
      throw new ReductionError('schema-invalid', pointer, 'the schema cannot be compiled');
    };
  }

  #spreadAnnotates(): void {
    const pending = [...this.#nodes.values()].filter((node) => node.strategy !== undefined);
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node.annotates) continue;
      node.annotates = true;
      pending.push(...(this.#parents.get(node) ?? []));
    }
    for (const node of this.#nodes.values()) {
      node.annotatesBelow = childrenOf(node).some((child) => child.annotates);
    }
  }
}

function createAjv(): Ajv2020 {
  // Not strict, because ajv does not know Flow's keywords; `ownProperties`, because an attribute may be called
  // `constructor`.
  const ajv = new Ajv2020({
    ...{ strict: false, validateSchema: false, meta: false, logger: false, ownProperties: true },
  });
  formats.default(ajv);
  // Flow's formats for numbers in strings: https://docs.estuary.dev/concepts/schemas/
  ajv.addFormat('integer', /^[-+]?\d+$/);
  ajv.addFormat('number', /^(?:[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN|-?Infinity)$/);
  return ajv;
}

function createNode(strategy: Strategy | undefined, isValid: SchemaNode['isValid']): SchemaNode {
  return {
    ...{ strategy, isValid, annotates: false, annotatesBelow: false, condition: undefined },
    ...{ always: [], alternatives: [], dependents: new Map() },
    ...{ properties: new Map(), patterns: [], prefixItems: [] },
    ...{ additionalProperties: undefined, unevaluatedProperties: undefined },
    ...{ items: undefined, contains: undefined, unevaluatedItems: undefined },
  };
}

function childrenOf(node: SchemaNode): SchemaNode[] {
  const named = [...node.properties.values(), ...node.patterns.map(([, child]) => child)];
  const other = [
    ...[node.additionalProperties, node.unevaluatedProperties],
    ...[node.items, node.unevaluatedItems],
  ];
  return [...named, ...node.prefixItems, ...other.filter((child) => child !== undefined)];
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isArray(value) ? value : [];
}

function entriesOf(value: JsonValue | undefined): [string, JsonValue][] {
  return isObject(value) ? Object.entries(value) : [];
}
