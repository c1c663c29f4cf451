/** A capture checked against the real tables, before it is published. */

import type { Aws } from '../aws/aws.ts';
import type { ResourceConfig } from '../config/config.ts';
import { ConnectorError, listProblems, sentencesOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { noOldImages } from '../table.ts';
import { recoveryNote, type RepairConfig } from './check-repair.ts';
import { checkBindings, lacksOldImages } from './check-bindings.ts';

/**
 * The resource path of each binding, in their order, once every table has been found to be there, to have a
 * usable stream, and to let us scan it and read its stream. Throws a `ConnectorError` that names every problem
 * of every binding and what fixes it.
 */
export async function validate(
  bindings: readonly ResourceConfig[],
  aws: Aws,
  log: Log,
  signal: AbortSignal,
  repair?: RepairConfig,
): Promise<string[][]> {
  const checks = await checkBindings(bindings, aws, signal, repair);
  for (const { table } of checks.filter(lacksOldImages)) {
    log.warn(noOldImages, {
      table: table?.name,
      viewType: table?.stream?.viewType,
    });
  }
  for (const { table, recovery } of checks) {
    if (recovery === undefined || repair === undefined) continue;
    const note = recoveryNote(recovery, repair);
    if (note !== undefined) log.warn(note, { table: table?.name });
  }
  const problems = checks.flatMap((check) => check.problems);
  if (problems.length > 0) throw refusal(problems);
  return bindings.map(({ table }) => [table]);
}

/** The one problem itself, or one error with all of them. */
function refusal(problems: readonly ConnectorError[]): unknown {
  const distinct = [...new Map(problems.map((problem) => [problem.message, problem])).values()];
  const [first] = distinct;
  if (distinct.length === 1 || first === undefined) return first;
  return new ConnectorError(
    first.code,
    listProblems(
      distinct.map(sentencesOf),
      (count) => `The capture cannot run, for ${count} reasons:`,
    ),
  );
}
