/** `validate`: every problem of a capture at once, and what the capture will take. */

import { exitCodes } from '../command-error.ts';
import { withNotice, type CommandContext } from '../command.ts';
import { readFlowCapture } from '../catalog/flow-file.ts';
import { renderValidation, validationJson } from './validate-view.ts';
import { canBeCaptured, validateCapture } from './validation.ts';

export interface ValidateFlags {
  readonly source: string;
  readonly capture?: string;
  readonly json?: true;
  readonly verbose?: true;
}

export async function validate(flags: ValidateFlags, context: CommandContext): Promise<number> {
  const { host, print, stdout } = context;
  const { source, capture: captureName } = flags;
  const capture = await readFlowCapture(host.files, { source, capture: captureName });
  const validation = await withNotice(context, 'Checking bindings …', () =>
    validateCapture(capture, context),
  );
  await print(
    flags.json === true
      ? `${JSON.stringify(validationJson(validation), undefined, 2)}\n`
      : renderValidation(validation, stdout, flags.verbose === true),
  );
  return canBeCaptured(validation) ? exitCodes.ok : exitCodes.failed;
}
