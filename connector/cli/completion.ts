/** Scripts that let a shell complete commands and options: made of the commands, so that they never say less. */

import type { Command, Option } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

/** The script of a shell. */
export function completionScript(program: Command, shell: Shell): string {
  return shell === 'fish' ? fish(program) : shell === 'zsh' ? zsh(program) : bash(program);
}

const optionsOf = (command: Command): readonly Option[] =>
  command.createHelp().visibleOptions(command);
const flagsOf = (command: Command) =>
  optionsOf(command).flatMap(({ long, short }) => [long, short].filter((flag) => flag != null));

function bash(program: Command): string {
  const { commands } = program;
  const words = commands.map(
    (command) => `    ${command.name()}) words="${flagsOf(command).join(' ')}" ;;`,
  );
  const choices = commands.flatMap((command) =>
    optionsOf(command).flatMap(({ long, argChoices }) =>
      argChoices === undefined
        ? []
        : [`    "${command.name()} ${long ?? ''}") words="${argChoices.join(' ')}" ;;`],
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
  return program.commands
    .flatMap((command) => [
      `${start} -f -n __fish_use_subcommand -a ${command.name()} -d ${text(command.description())}`,
      ...optionsOf(command).map(({ long, short, required, argChoices, description }) =>
        [
          `${start} -n '__fish_seen_subcommand_from ${command.name()}'`,
          long == null ? '' : `-l ${long.slice(2)}`,
          short == null ? '' : `-s ${short.slice(1)}`,
          required ? '-r' : '',
          argChoices === undefined ? '' : `-f -a '${argChoices.join(' ')}'`,
          `-d ${text(description)}`,
        ]
          .filter((part) => part !== '')
          .join(' '),
      ),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
