/** What a Dockerfile says, as far as ours goes: no shell forms, no heredocs, no build arguments. */

export interface Instruction {
  /** In capitals: `COPY`. */
  readonly name: string;
  /** `--from=build` and the like, by their name. */
  readonly flags: ReadonlyMap<string, string>;
  /** What follows the flags. */
  readonly text: string;
}

/** A stage: what comes after one `FROM`, which is its first instruction. */
export type Stage = readonly Instruction[];

export interface Copy {
  /** The stage copied from; absent for the build context. */
  readonly stage: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** The stages of a Dockerfile, in their order; the last one is the image. */
export function parseDockerfile(source: string): Stage[] {
  const lines = source.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  const stages: Instruction[][] = [];
  for (const line of lines.join('\n').replaceAll('\\\n', ' ').split('\n')) {
    const [, name = '', flags = '', text = ''] =
      /^\s*(\S+)\s+((?:--\S+\s+)*)(.*?)\s*$/.exec(line) ?? [];
    const pairs = [...flags.matchAll(/--(\w+)=(\S+)/g)].map(
      ([, flag = '', value = '']) => [flag, value] as const,
    );
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, flags: new Map(pairs), text });
  }
  return stages;
}

/** The texts of all instructions of a name, in their order. */
export function textsOf(stage: Stage, name: string): string[] {
  return stage.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

/** What a stage copies. */
export function copiesOf(stage: Stage): Copy[] {
  return stage
    .filter(({ name }) => name === 'COPY')
    .map(({ flags, text }) => {
      const paths = text.split(/\s+/);
      return {
        stage: flags.get('from'),
        sources: paths.slice(0, -1),
        target: paths.at(-1) ?? '',
      };
    });
}
