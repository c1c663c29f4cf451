/** Which `reduce` annotation applies at each location of a document that is known to be valid. */
import { isArray, isObject, property, type JsonValue } from './json.ts';
import { escapeToken } from './order.ts';
import { ReductionError } from './reduction-error.ts';
import type { SchemaNode } from './schema-graph.ts';
import { defaultStrategy, isSameStrategy, type Strategy } from './strategy.ts';

/** One location of the right-hand document, with what the schema says of it. */
export class Location {
  /** The one strategy that applies here. */
  readonly strategy: Strategy;
  readonly #active: readonly SchemaNode[];
  readonly #value: JsonValue;
  readonly #parent: Location | undefined;
  readonly #name: string | number;

  /**
   * `nodes` are the schemas that this value is known to be valid against; the value has doubles only.
   * @throws ReductionError `conflicting-strategies`. There is no nearest or last annotation that would win.
   */
  constructor(
    nodes: readonly SchemaNode[],
    value: JsonValue,
    parent?: Location,
    name: string | number = '',
  ) {
    this.#value = value;
    this.#parent = parent;
    this.#name = name;
    const active: SchemaNode[] = [];
    for (const node of nodes) if (node.annotates) collect(node, value, active);
    this.#active = active;
    this.strategy = this.#only(active);
  }

  /** False when every location below has the default strategy. */
  get hasAnnotationsBelow(): boolean {
    return this.#active.some((node) => node.annotatesBelow);
  }

  /** A property or an item of this location's value. */
  child(name: string | number): Location {
    const value = memberOf(this.#value, name);
    const nodes = this.#active.flatMap((node) => childNodes(node, this.#value, name));
    return new Location(nodes, value ?? null, this, name);
  }

  /** The JSON pointer of this location. */
  get pointer(): string {
    if (this.#parent === undefined) return '';
    return `${this.#parent.pointer}/${escapeToken(String(this.#name))}`;
  }

  #only(active: readonly SchemaNode[]): Strategy {
    let only: Strategy | undefined;
    for (const { strategy } of active) {
      if (strategy === undefined) continue;
      if (only !== undefined && !isSameStrategy(only, strategy)) {
        const both = `both "${only.strategy}" and "${strategy.strategy}" apply, or differ in their options`;
        throw new ReductionError('conflicting-strategies', this.pointer, both);
      }
      only = strategy;
    }
    return only ?? defaultStrategy;
  }
}

/**
 * Collects a node and all nodes that apply to the same value in its wake. The node is known to be valid, and a
 * branch that is not valid is left out with all its annotations; so is `not`, which has none by nature.
 */
function collect(
  node: SchemaNode,
  value: JsonValue,
  into: SchemaNode[],
  isWanted = annotates,
): void {
  into.push(node);
  const follow = (next: SchemaNode) => {
    if (isWanted(next)) collect(next, value, into, isWanted);
  };
  node.always.forEach(follow);
  for (const branch of node.alternatives) {
    if (isWanted(branch) && branch.isValid(value)) follow(branch);
  }
  for (const [name, dependent] of node.dependents) {
    if (isObject(value) && Object.hasOwn(value, name)) follow(dependent);
  }
  const { condition } = node;
  if (condition === undefined) return;
  const isMet = condition.if.isValid(value);
  if (isMet) follow(condition.if);
  const branch = isMet ? condition.then : condition.else;
  if (branch !== undefined) follow(branch);
}

function annotates(node: SchemaNode): boolean {
  return node.annotates;
}

/** The schemas that a node applies to one member of its value. */
function childNodes(node: SchemaNode, value: JsonValue, name: string | number): SchemaNode[] {
  const own = ownChildNodes(node, name);
  if (own.length > 0) return own;
  const rest = typeof name === 'string' ? node.unevaluatedProperties : node.unevaluatedItems;
  return rest !== undefined && !isEvaluated(node, value, name) ? [rest] : [];
}

function ownChildNodes(node: SchemaNode, name: string | number): SchemaNode[] {
  if (typeof name === 'number') {
    const item = node.prefixItems[name] ?? node.items;
    return item === undefined ? [] : [item];
  }
  const named = node.properties.get(name);
  const nodes = named === undefined ? [] : [named];
  for (const [pattern, patterned] of node.patterns) {
    if (pattern.test(name)) nodes.push(patterned);
  }
  const additional = node.additionalProperties;
  return nodes.length === 0 && additional !== undefined ? [additional] : nodes;
}

/** Whether something else than the node's own `unevaluated…` keyword already speaks for a member. */
function isEvaluated(node: SchemaNode, value: JsonValue, name: string | number): boolean {
  const active: SchemaNode[] = [];
  collect(node, value, active, () => true);
  return active.some((other) => {
    if (ownChildNodes(other, name).length > 0) return true;
    if (typeof name === 'string')
      return other !== node && other.unevaluatedProperties !== undefined;
    if (other !== node && other.unevaluatedItems !== undefined) return true;
    return other.contains?.isValid(memberOf(value, name) ?? null) ?? false;
  });
}

function memberOf(value: JsonValue, name: string | number): JsonValue | undefined {
  if (typeof name === 'number') return isArray(value) ? value[name] : undefined;
  return isObject(value) ? property(value, name) : undefined;
}
