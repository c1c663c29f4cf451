/** Scripts that let a shell complete commands and options: made of the commands, so that they never say less. */

import type { Argument, Command, Option } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

/** The script of a shell. */
export function completionScript(program: Command, shell: Shell): string {
  return shell === 'fish' ? fish(program) : shell === 'zsh' ? zsh(program) : bash(program);
}

const optionsOf = (command: Command): readonly Option[] =>
  command.createHelp().visibleOptions(command);
/** What may stand behind a command's name. */
const wordsAfter = (command: Command): readonly string[] =>
  command.registeredArguments.flatMap(({ argChoices = [] }: Argument) => argChoices);
const flagsOf = (command: Command) =>
  optionsOf(command).flatMap(({ long, short }) => [long, short].filter((flag) => flag != null));

function bash(program: Command): string {
  const { commands } = program;
  const words = commands.map(
    (command) =>
      `    ${command.name()}) words="${[...wordsAfter(command), ...flagsOf(command)].join(' ')}" ;;`,
  );
  // Without words the shell completes names of files.
  const choices = commands.flatMap((command) =>
    optionsOf(command).flatMap(({ long, required, argChoices }) =>
      required
        ? [`    "${command.name()} ${long ?? ''}") words="${(argChoices ?? []).join(' ')}" ;;`]
        : [],
    ),
  );
  return `_source_dynamodb() {
  local words current="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}"
  case "$command" in
${words.join('\n')}
    *) words="${[...commands.map((command) => command.name()), ...flagsOf(program)].join(' ')}" ;;
  esac
  case "$command \${COMP_WORDS[COMP_CWORD-1]}" in
${choices.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _source_dynamodb source-dynamodb
`;
}

/** zsh runs the functions of bash, and the same script is then right in both. */
function zsh(program: Command): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`;
}

function fish(program: Command): string {
  const start = 'complete -c source-dynamodb';
  const text = (description: string) => `'${description.replaceAll(/['\\]/g, '\\$&')}'`;
  const option = (where: string, { long, short, required, argChoices, description }: Option) =>
    [
      `${start} -n ${where}`,
      long == null ? '' : `-l ${long.slice(2)}`,
      short == null ? '' : `-s ${short.slice(1)}`,
      required ? '-r' : '',
      argChoices === undefined ? '' : `-f -a '${argChoices.join(' ')}'`,
      `-d ${text(description)}`,
    ]
      .filter((part) => part !== '')
      .join(' ');
  const lines = program.commands.flatMap((command) => {
    const where = `'__fish_seen_subcommand_from ${command.name()}'`;
    const words = wordsAfter(command).join(' ');
    return [
      `${start} -f -n __fish_use_subcommand -a ${command.name()} -d ${text(command.description())}`,
      ...(words === '' ? [] : [`${start} -f -n ${where} -a '${words}'`]),
      ...optionsOf(command).map((each) => option(where, each)),
    ];
  });
  const own = optionsOf(program).map((each) => option('__fish_use_subcommand', each));
  return [...lines, ...own].map((line) => `${line}\n`).join('');
}
