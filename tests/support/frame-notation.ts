/** Protobuf frames as a person writes them: tags in hex, lengths counted by these functions. */

const hex = (bytes: Buffer) => bytes.toString('hex');
/** The hex of characters in UTF-8. */
export const text = (characters: string) => hex(Buffer.from(characters));

/** A field of wire type 2: its tag, the length of what follows as a varint, and that. */
export function block(tag: string, ...parts: string[]): string {
  const content = parts.join('').replaceAll(' ', '');
  const length = content.length / 2;
  const varint = length < 128 ? [length] : [(length % 128) + 128, length >> 7];
  return tag + hex(Buffer.from(varint)) + content;
}

/** A message after its length in four bytes, low byte first. */
export function frame(...parts: string[]): string {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(parts.join('').length / 2);
  return hex(length) + parts.join('');
}
