/** A problem and what fixes it, as lines for people. */

import type { EndpointConfig } from '../../config/config.ts';
import { wrapped } from './table-view.ts';
import type { Terminal } from './terminal.ts';

export interface Problem {
  readonly message: string;
  /** A sentence; shown where no commands are known. */
  readonly remedy: string | undefined;
  /** To be run one after the other. */
  readonly commands: readonly string[];
}

/** Text is not made narrower than this: a word a line helps nobody. */
const textWidthMin = 20;
const remedyIndent = '    ';

/** Lines that begin with a mark of one character. */
export function problemLines(
  { message, remedy, commands }: Problem,
  mark: string,
  terminal: Terminal,
): string[] {
  const [first = '', ...rest] = message.split('\n').flatMap((line) => fold(line, 2, terminal));
  const remedies =
    commands.length > 0
      ? commands.flatMap((command) => commandLines(command, terminal))
      : (remedy ?? '').split('\n').flatMap((line) => fold(line, remedyIndent.length, terminal));
  return [
    `${mark} ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...remedies.filter((line) => line !== '').map((line) => `${remedyIndent}${line}`),
  ];
}

/** Options that make a command of the AWS CLI meet the capture's tables. */
export function awsOptions({ region, endpoint }: EndpointConfig): string {
  return ` --region ${region}${endpoint === undefined ? '' : ` --endpoint-url ${endpoint}`}`;
}

/** A command as a shell takes it when it is copied: continued on the next line, before an option, where it is long. */
function commandLines(command: string, terminal: Terminal): string[] {
  const width = widthOf(remedyIndent.length + 4, terminal);
  const lines: string[] = [];
  for (const part of command.split(/ (?=--)/)) {
    const longer = `${lines.at(-1) ?? ''} ${part}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.map((line, index) => {
    const continued = index < lines.length - 1 ? ' \\' : '';
    return `${index > 0 ? '  ' : ''}${line}${continued}`;
  });
}

function fold(text: string, indent: number, terminal: Terminal): string[] {
  // An excerpt of a file is indented, and would lose its columns.
  return text.startsWith('  ') ? [text] : wrapped(text, widthOf(indent, terminal));
}

function widthOf(indent: number, { columns }: Terminal): number {
  return Math.max(textWidthMin, columns - indent);
}
