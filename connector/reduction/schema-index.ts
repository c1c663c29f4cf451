/** Which schema a reference means: every sub-schema by its absolute URIs. */
import { messageOf } from '../errors.ts';
import { isObject, type JsonObject, type JsonValue } from './json.ts';
import { ReductionError } from './reduction-error.ts';
import { subSchemasOf } from './schema-text.ts';

/** Where a schema object stands: the URI of its resource, and its JSON pointer therein. */
export interface SchemaPlace {
  readonly base: string;
  readonly pointer: string;
}

const defaultBase = 'schema://collection/document';

/** A schema that says its own absolute `$id`, as both ajv and the index need it. */
export function withAbsoluteId(schema: JsonObject): JsonObject {
  const id = schema['$id'];
  return { ...schema, $id: resourceOf(typeof id === 'string' ? id : '', defaultBase) };
}

/** Fixed once it is built, from a schema in which each object has one place only. */
export class SchemaIndex {
  readonly #root: JsonObject;
  readonly #schemas = new Map<string, JsonObject>();
  readonly #places = new Map<JsonObject, SchemaPlace>();

  constructor(root: JsonObject) {
    this.#root = root;
    this.#register(root, defaultBase, '');
  }

  /** The place of a schema object of this index. */
  placeOf(schema: JsonObject): SchemaPlace {
    return this.#places.get(schema) ?? { base: defaultBase, pointer: '' };
  }

  /**
   * The schemas that stand here by reference.
   *
   * A dynamic reference leads to the outermost schema with its anchor. Evaluation starts at the root, so the root
   * is asked first; anchors of resources in between are not, since collections do not bundle such schemas.
   * @throws ReductionError `schema-invalid` for a reference that leads nowhere.
   */
  targetsOf(schema: JsonObject): JsonObject[] {
    const { $ref, $dynamicRef } = schema;
    const targets: JsonObject[] = [];
    if (typeof $ref === 'string') targets.push(this.#find($ref, schema));
    if (typeof $dynamicRef === 'string') {
      const target = this.#find($dynamicRef, schema);
      const anchor = target['$dynamicAnchor'];
      const root = this.placeOf(this.#root).base;
      const outermost = typeof anchor === 'string' && this.#schemas.get(`${root}#${anchor}`);
      targets.push(outermost || target);
    }
    return targets;
  }

  #find(reference: string, from: JsonObject): JsonObject {
    const { base, pointer } = this.placeOf(from);
    const target = this.#schemas.get(uriOf(reference, base));
    if (target !== undefined) return target;
    throw new ReductionError('schema-invalid', pointer, `cannot resolve reference "${reference}"`);
  }

  #register(schema: JsonValue, parentBase: string, parentPointer: string): void {
    if (!isObject(schema)) return;
    const id = schema['$id'];
    const base = typeof id === 'string' ? resourceOf(id, parentBase) : parentBase;
    const pointer = typeof id === 'string' ? '' : parentPointer;
    this.#places.set(schema, { base, pointer });
    this.#schemas.set(`${base}#${pointer}`, schema);
    for (const anchor of [schema['$anchor'], schema['$dynamicAnchor']]) {
      if (typeof anchor === 'string') this.#schemas.set(`${base}#${anchor}`, schema);
    }
    for (const [way, child] of subSchemasOf(schema)) this.#register(child, base, pointer + way);
  }
}

/** Runs a step of compilation, whose failures are faults of the schema. */
export function whileCompiling<Value>(act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    throw new ReductionError('schema-invalid', '', messageOf(error));
  }
}

/** An absolute URI that always has a fragment, decoded; the empty one means the whole resource. */
function uriOf(reference: string, base: string): string {
  return whileCompiling(() => {
    const { href } = new URL(reference, base);
    const [resource = '', fragment = ''] = href.split('#', 2);
    return `${resource}#${decodeURIComponent(fragment)}`;
  });
}

function resourceOf(id: string, base: string): string {
  return uriOf(id, base).replace(/#.*/s, '');
}
