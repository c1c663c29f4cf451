/** `spec`: what the connector says of itself. */

import { codecNamed } from '../../protocol/codec.ts';
import { spec } from '../session/session.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './command-error.ts';

export async function printSpec(print: CommandContext['print']): Promise<number> {
  const codec = await codecNamed('json');
  await print(Buffer.from(codec.encode(spec())).toString());
  return exitCodes.ok;
}
