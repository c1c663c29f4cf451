/** `discover`: the tables of a region, what keeps any from being captured, and bindings for the others. */

import { codecNamed } from '../../../protocol/codec.ts';
import type { DiscoveredBinding } from '../../../protocol/responses.ts';
import type { EndpointConfig } from '../../config/config.ts';
import { ConnectorError, errorCodes, messageOf } from '../../errors.ts';
import type { Files } from '../../host.ts';
import { loadInspection, type Survey } from '../../session/session.ts';
import { exitCodes } from '../command-error.ts';
import { withNotice, type CommandContext } from '../command.ts';
import { cannotEdit } from './by-hand.ts';
import { renderChanges, renderSurvey, surveyJson } from './discover-view.ts';
import { subjectOf, type SubjectFlags } from './discover-target.ts';
import { boundTables, changesFor, type Changes } from './discovered-changes.ts';

export interface DiscoverFlags extends SubjectFlags {
  readonly write?: true;
  readonly emitRaw?: true;
  readonly json?: true;
}

export async function discover(flags: DiscoverFlags, context: CommandContext): Promise<number> {
  const { host, print, stdout, log } = context;
  const subject = await subjectOf(flags, host);
  const { surveyTables } = await loadInspection();
  const survey = await withNotice(context, 'Looking at tables …', () =>
    surveyTables(boundTables(subject.capture), subject.config, host, log),
  );
  if (flags.emitRaw === true) return printRaw(survey, subject.config, print);
  const changes = await changesFor(host.files, subject.capture, survey, subject.fate);
  if (flags.write === true) await write(host.files, changes);
  const isWritten = flags.write === true;
  if (flags.json === true) {
    const json = surveyJson(survey, subject, isWritten ? changes : undefined);
    await print(`${JSON.stringify(json, undefined, 2)}\n`);
  } else {
    await print(renderSurvey(survey, subject, stdout));
    await print(renderChanges(changes, subject, { isWritten, flags }, stdout));
  }
  return exitCodes.ok;
}

/** The bindings as the protocol has them, one per line. */
async function printRaw(
  survey: Survey,
  { region }: EndpointConfig,
  print: CommandContext['print'],
): Promise<number> {
  const codec = await codecNamed('json');
  const bindings = survey.tables.flatMap(({ binding }) => binding ?? []);
  if (bindings.length === 0) {
    throw new ConnectorError(
      errorCodes.nothingToCapture,
      `Found no table to capture in region ${region}`,
      { hint: 'Leave out --emit-raw to see all tables, and what keeps each from being captured.' },
    );
  }
  const line = (binding: DiscoveredBinding) => {
    const response = codec.encode({ kind: 'discovered', bindings: [binding] });
    const { discovered } = JSON.parse(Buffer.from(response).toString()) as {
      discovered: { bindings: [unknown] };
    };
    return `${JSON.stringify(discovered.bindings[0])}\n`;
  };
  await print(bindings.map(line).join(''));
  return exitCodes.ok;
}

async function write(files: Files, changes: Changes): Promise<void> {
  if (changes.byHand.length > 0) throw cannotEdit(changes.byHand);
  for (const { path, text } of changes.files) {
    try {
      await files.replace(path, text);
    } catch (error) {
      throw new ConnectorError(
        errorCodes.fileUnusable,
        `Cannot write "${path}": ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
}
