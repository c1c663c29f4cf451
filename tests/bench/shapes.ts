/** Items of several shapes as DynamoDB writes them, always the same ones. */

import { seededRandom } from '../support/seeded-random.ts';

export const shapeNames = ['400-byte', '4-kb-nested', 'numbers', '300-kb'] as const;
/** As large as items may be, where escaped ones grow sixfold as JSON; and as small. */
export const extremeShapeNames = ['400-kb', '400-kb-escaped', 'tiny'] as const;
export type ShapeName = (typeof shapeNames)[number] | (typeof extremeShapeNames)[number];

/** The table's key, as DescribeTable tells it. */
export const keyAttributes = [
  { AttributeName: 'pk', AttributeType: 'S', KeyType: 'HASH' },
  { AttributeName: 'sk', AttributeType: 'N', KeyType: 'RANGE' },
] as const;

const words = 'order shipped eu-west-1 alpha beta gamma customer invoice pending closed'.split(' ');

/** Makes items; one seed, one sequence of them. */
export class ItemMaker {
  readonly #random: () => number;
  /** Grows with every item: no key comes twice. */
  #made = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  item(shape: ShapeName): object {
    switch (shape) {
      case '400-byte':
        return this.#small();
      case '4-kb-nested':
        return this.#nested();
      case 'numbers':
        return this.#numbers();
      case '300-kb':
        return this.#huge();
      case '400-kb':
        return this.#largest();
      case '400-kb-escaped':
        return { ...this.#key(), raw: { S: '\u0001'.repeat(400_000) } };
      case 'tiny':
        return this.#key();
    }
  }

  /** A key and its ten attributes: 400 bytes as DynamoDB counts them. */
  #small(): object {
    return {
      ...this.#key(),
      status: { S: this.#word() },
      createdAt: { S: '2026-08-21T10:00:00.000Z' },
      updatedAt: { N: `17${this.#digits(8)}` },
      email: { S: `${this.#text(6).trim()}@example.com` },
      amount: { N: `${this.#digits(3)}.${this.#below(9)}5` },
      active: { BOOL: this.#random() < 0.5 },
      deletedAt: { NULL: true },
      tags: { SS: [this.#word(), 'x'] },
      title: { S: this.#text(120 + this.#below(100)) },
      address: { M: { city: { S: this.#text(10) }, zip: { S: this.#digits(5) } } },
    };
  }

  #nested(): object {
    const line = () => ({
      M: {
        sku: { S: this.#digits(12) },
        quantity: { N: this.#digits(2) },
        price: { M: { amount: { N: `${this.#digits(2)}.99` }, currency: { S: 'EUR' } } },
        note: { S: this.#text(this.#below(240)) },
        flags: { L: [{ BOOL: true }, { NULL: true }, { S: 'a' }] },
      },
    });
    return { ...this.#key(), lines: { L: Array.from({ length: 17 }, line) } };
  }

  #numbers(): object {
    const reading = () => ({ N: `${this.#digits(2)}.${this.#below(1000)}7` });
    const member = (_: unknown, index: number) =>
      [`m${index}`, { N: this.#digits(1 + this.#below(8)) }] as const;
    return {
      ...this.#key(),
      readings: { L: Array.from({ length: 20 }, reading) },
      totals: { NS: [this.#digits(4), this.#digits(9), this.#digits(17)] },
      latitude: { N: String(this.#random() * 90) },
      longitude: { N: String(this.#random() * 180) },
      exact: { N: this.#digits(38) },
      ...Object.fromEntries(Array.from({ length: 10 }, member)),
    };
  }

  #huge(): object {
    return {
      ...this.#key(),
      html: { S: this.#text(150_000) },
      quoted: { S: this.#text(60_000).replaceAll(' al', '"\n') },
      blob: { B: Buffer.from(this.#text(70_000)).toString('base64') },
    };
  }

  #largest(): object {
    const data = Buffer.from(this.#text(150_000)).toString('base64');
    return { ...this.#key(), text: { S: this.#text(250_000) }, data: { B: data } };
  }

  #key() {
    this.#made += 1;
    const number = String(this.#made).padStart(9, '0');
    return { pk: { S: `customer#${number}` }, sk: { N: this.#digits(10) } };
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #word(): string {
    return words[this.#below(words.length)]!;
  }

  #text(length: number): string {
    const text: string[] = [];
    for (let written = 0; written < length; written += text.at(-1)!.length) {
      text.push(`${this.#word()} `);
    }
    return text.join('').slice(0, length);
  }

  #digits(count: number): string {
    const others = Array.from({ length: count - 1 }, () => this.#below(10));
    return `${1 + this.#below(9)}${others.join('')}`;
  }
}

/**
 * An item's size as DynamoDB counts it: names and values without the notation. Near enough to cut pages where it would.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: object): number {
  const names = Object.keys(item).reduce((sum, name) => sum + name.length, 0);
  return Object.values(item).reduce(
    (sum: number, value) => sum + valueBytes(value as object),
    names,
  );
}

function valueBytes(value: object): number {
  const [[type, content] = ['NULL', true]] = Object.entries(value) as [string, unknown][];
  if (type === 'M') return 3 + itemBytes(content as object);
  if (type === 'L') {
    return (content as object[]).reduce((sum, element) => sum + 1 + valueBytes(element), 3);
  }
  if (Array.isArray(content)) {
    const one = type === 'NS' ? 'N' : 'S';
    return content.reduce(
      (sum: number, element) => sum + valueBytes({ [one]: element as string }),
      3,
    );
  }
  if (typeof content !== 'string') return 1;
  if (type === 'B') return Math.ceil((content.length * 3) / 4);
  return type === 'N' ? Math.ceil(content.length / 2) + 1 : Buffer.byteLength(content);
}
