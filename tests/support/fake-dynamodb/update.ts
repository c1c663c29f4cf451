/** What UpdateItem makes of an item: `AttributeUpdates`, or SET and REMOVE of whole attributes. */

import type { AttributeValue, Item } from './attribute-value.ts';
import { Input } from './input.ts';
import { invalidRequest } from './service-error.ts';

/** A new item; the old one stays as it is. Throws a `ValidationException` for what this fake doesn't know. */
export function updatedItem(before: Item, input: Input): Item {
  const attributes = new Map(Object.entries(before));
  const updates = input.optionalInput('AttributeUpdates');
  const expression = input.optionalText('UpdateExpression');
  if (updates !== undefined) applyUpdates(attributes, updates);
  if (expression !== undefined) applyExpression(attributes, expression, input);
  // `fromEntries` defines each attribute, so that `__proto__` is one like any other.
  return Object.fromEntries(attributes);
}

function applyUpdates(attributes: Map<string, AttributeValue>, updates: Input): void {
  for (const name of updates.names()) {
    const update = updates.input(name);
    const action = update.optionalText('Action') ?? 'PUT';
    if (action === 'PUT') attributes.set(name, update.value('Value'));
    else if (action === 'DELETE' && !update.has('Value')) attributes.delete(name);
    else throw invalidRequest(`This DynamoDB is a fake, and has no action ${action} of this form`);
  }
}

const clause = /(SET|REMOVE)\s+((?:(?!\b(?:SET|REMOVE)\b).)+)/giy;
const assignment = /^([#\w]+)\s*=\s*(:\w+)$/;
const attributePath = /^[#\w]+$/;

function applyExpression(
  attributes: Map<string, AttributeValue>,
  expression: string,
  input: Input,
): void {
  const names = input.optionalInput('ExpressionAttributeNames');
  const values = input.optionalInput('ExpressionAttributeValues');
  const nameOf = (path: string) => (path.startsWith('#') ? names?.text(path) : path) ?? path;
  let rest = expression.trim();
  while (rest !== '') {
    clause.lastIndex = 0;
    const [whole = '', verb = '', list = ''] = clause.exec(rest) ?? [];
    if (whole === '') throw unknownSyntax(expression);
    rest = rest.slice(whole.length);
    for (const action of list.split(',').map((part) => part.trim())) {
      const [, path, value] = assignment.exec(action) ?? [];
      if (verb.toUpperCase() === 'SET' && path !== undefined && value !== undefined) {
        attributes.set(nameOf(path), (values ?? new Input({})).value(value));
      } else if (verb.toUpperCase() === 'REMOVE' && attributePath.test(action)) {
        attributes.delete(nameOf(action));
      } else {
        throw unknownSyntax(expression);
      }
    }
  }
}

const unknownSyntax = (expression: string) =>
  invalidRequest(`Invalid UpdateExpression, or one this fake does not know: ${expression}`);
