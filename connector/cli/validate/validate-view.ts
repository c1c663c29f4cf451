/** What `validate` shows: the bindings with their problems, then the plan. */

import { errorCodes, type ConnectorError } from '../../errors.ts';
import { enableRecoveryCommand, streamCommands } from '../../table.ts';
import { plural } from '../terminal/format.ts';
import { renderPlan } from './plan-view.ts';
import { awsOptions, problemLines } from '../terminal/problem-view.ts';
import { wrapped } from '../terminal/table-view.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { BindingValidation, Validation } from './validation.ts';

/**
 * The plan, then the bindings, and the verdict last: on a terminal that is what stays in sight. What the numbers rest
 * on is for the curious, and bindings without a problem are counted where they do not fit.
 */
export function renderValidation(
  validation: Validation,
  terminal: Terminal,
  isVerbose: boolean,
): string {
  const { bindings } = validation;
  const whole = sectionsOf(validation, bindings, terminal, isVerbose);
  const fits = whole.split('\n').length <= terminal.rows;
  if (isVerbose || fits) return whole;
  const isSound = ({ binding, problems, notes }: BindingValidation) =>
    binding.isDisabled || problems.length + notes.length === 0;
  return sectionsOf(
    validation,
    bindings.filter((each) => !isSound(each)),
    terminal,
    isVerbose,
  );
}

function sectionsOf(
  validation: Validation,
  shown: readonly BindingValidation[],
  terminal: Terminal,
  isVerbose: boolean,
): string {
  const { capture, place, bindings, plan } = validation;
  const { colors } = terminal;
  const heading = `${capture.name} in ${capture.entry.file.path}, tables ${place}`;
  const hiddenCount = bindings.length - shown.length;
  const hidden = `${plural(hiddenCount, 'binding')} without a problem: --verbose lists all`;
  const sections = [
    wrapped(heading, terminal.columns).map((line) => colors.bold(line)),
    ...(plan.tables.length > 0 ? [renderPlan(validation, terminal, isVerbose)] : []),
    shown.flatMap((each) => bindingLines(each, validation, terminal)),
    [
      ...(hiddenCount > 0 ? [colors.dim(hidden)] : []),
      ...wrapped(outcome(bindings, terminal), terminal.columns),
    ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function bindingLines(
  each: BindingValidation,
  validation: Validation,
  terminal: Terminal,
): string[] {
  const { binding, table, problems, notes } = each;
  const { colors } = terminal;
  const title = `${colors.bold(table)} → ${binding.target}`;
  if (binding.isDisabled) return [`${colors.dim('-')} ${title} ${colors.dim('(disabled)')}`];
  const place = colors.dim(` ${binding.place}`);
  const mark = problems.length === 0 ? colors.green('✓') : colors.red('✗');
  return [
    `${mark} ${title}${problems.length === 0 ? '' : place}`,
    ...problems.flatMap((problem) =>
      problemLines(shown(problem, each, validation), '-', narrower(terminal)).map(
        (line) => `    ${line}`,
      ),
    ),
    ...notes.flatMap((note) =>
      problemLines(
        { message: note, remedy: undefined, commands: [] },
        colors.yellow('!'),
        narrower(terminal),
      ).map((line) => `    ${line}`),
    ),
  ];
}

function narrower(terminal: Terminal): Terminal {
  return { ...terminal, columns: terminal.columns - 4 };
}

/** A problem with commands that meet the capture's own tables, where commands fix it. */
function shown(
  { code, message, hint }: ConnectorError,
  { checked }: BindingValidation,
  { config }: Validation,
) {
  const table = checked?.table;
  const options = awsOptions(config);
  const commands =
    table !== undefined && code === errorCodes.streamUnusable ? streamCommands(table, options) : [];
  if (table !== undefined && hint?.includes(enableRecoveryCommand(table.name)) === true) {
    commands.push(enableRecoveryCommand(table.name, options));
  }
  return { message, remedy: hint, commands };
}

function outcome(bindings: readonly BindingValidation[], { colors }: Terminal): string {
  const enabled = bindings.filter(({ binding }) => !binding.isDisabled);
  const troubled = enabled.filter(({ problems }) => problems.length > 0);
  if (enabled.length === 0) {
    return `${colors.red('✗')} Nothing is captured: no binding is enabled. See: source-dynamodb discover --write`;
  }
  const all = plural(enabled.length, 'binding');
  return troubled.length === 0
    ? `${colors.green('✓')} ${all} can be captured`
    : `${colors.red('✗')} ${troubled.length} of ${all} cannot be captured`;
}

/** The same for programs. */
export function validationJson({ capture, config, bindings, plan }: Validation): object {
  return {
    capture: capture.name,
    region: config.region,
    endpoint: config.endpoint ?? null,
    bindings: bindings.map(({ binding, table, problems, notes }) => ({
      table,
      target: binding.target,
      place: binding.place,
      disabled: binding.isDisabled,
      problems: problems.map(({ code, message, hint }) => ({ code, message, hint })),
      notes,
    })),
    plan,
  };
}
