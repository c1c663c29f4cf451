/** What an output is shown on, for people: its width, its colours, and whether things may move on it. */

import pc from 'picocolors';
import type { CommandHost } from '../../host.ts';

export type Colors = ReturnType<typeof pc.createColors>;

export interface Terminal {
  /** False for files and pipes, which get neither colours nor a width to keep to. */
  readonly isTerminal: boolean;
  /** True where a line may be drawn anew; false in CI, where each drawing becomes a line of the log. */
  readonly isAnimated: boolean;
  /** Its width now; `Infinity` where lines may have any length. */
  readonly columns: number;
  /** Its height now; `Infinity` where nothing has to fit. */
  readonly rows: number;
  /** Functions that colour a text, or leave it as it is. */
  readonly colors: Colors;
  /** Shows a text at once. */
  write(text: string): void;
}

/** One of the process's two outputs. */
export function terminalOf(host: CommandHost, output: 'stdout' | 'stderr'): Terminal {
  const screen = host.screens[output];
  const { environment } = host;
  const isMoving = screen.isTerminal && environment['TERM'] !== 'dumb' && !isSet(environment['CI']);
  return {
    isTerminal: screen.isTerminal,
    isAnimated: isMoving,
    get columns() {
      // A terminal of unknown width has it as 0 or not at all.
      return screen.isTerminal ? screen.columns || 80 : Infinity;
    },
    get rows() {
      return screen.isTerminal ? screen.rows || 24 : Infinity;
    },
    colors: pc.createColors(isColored(environment, screen.isTerminal)),
    write: (text) => {
      screen.write(text);
    },
  };
}

/** By https://no-color.org and the custom of `FORCE_COLOR`, which wins over what the output is, not over `NO_COLOR`. */
function isColored(environment: CommandHost['environment'], isTerminal: boolean): boolean {
  if (isSet(environment['NO_COLOR'])) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
}

function isSet(variable: string | undefined): boolean {
  return (variable ?? '') !== '';
}

/** A text from outside that cannot move the cursor or change colours: control characters as escapes. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
