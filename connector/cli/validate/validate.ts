/** `validate`: every problem of a capture at once, and what the capture will take. */

import { isDeepStrictEqual } from 'node:util';
import {
  parseResourceConfig,
  type EndpointConfig,
  type ResourceConfig,
} from '../../config/config.ts';
import { type ConnectorError, isConnectorError } from '../../errors.ts';
import type { Files } from '../../host.ts';
import { loadInspection, type InspectedBinding } from '../../session/session.ts';
import { noOldImages } from '../../table.ts';
import { exitCodes } from '../command-error.ts';
import { withNotice, type CommandContext } from '../command.ts';
import { configFrom } from '../catalog/endpoint.ts';
import { isOfDiscovery } from '../catalog/discovered-schema.ts';
import {
  collectionMissing,
  hasCollection,
  readCollection,
  readFlowCapture,
  type FlowBinding,
  type FlowCapture,
  type FlowCollection,
} from '../catalog/flow-file.ts';
import { planCapture, type Plan } from './plan.ts';
import { inlineYaml } from '../catalog/yaml-text.ts';
import { renderValidation, validationJson } from './validate-view.ts';

export interface ValidateFlags {
  readonly source: string;
  readonly capture?: string;
  readonly json?: true;
  readonly verbose?: true;
}

/** All that was found out about one binding. */
export interface BindingVerdict {
  readonly binding: FlowBinding;
  /** Name or ARN of the table as it is written; a guess where the configuration is not valid. */
  readonly table: string;
  readonly problems: readonly ConnectorError[];
  /** What does not keep it from being captured, but will surprise: a sentence each. */
  readonly notes: readonly string[];
  /** Absent for disabled bindings and those whose configuration is not valid. */
  readonly inspected: InspectedBinding | undefined;
}

export interface Validation {
  readonly capture: FlowCapture;
  readonly config: EndpointConfig;
  /** Where the tables are: `in region us-east-1`, `at http://…`. */
  readonly place: string;
  /** In the order of the file. */
  readonly verdicts: readonly BindingVerdict[];
  /** Of the bindings without a problem. */
  readonly plan: Plan;
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

/** True where every binding is sound, and there is one: a capture of nothing is not what anybody wants. */
export function canBeCaptured({ verdicts }: Pick<Validation, 'verdicts'>): boolean {
  const enabled = verdicts.filter(({ binding }) => !binding.isDisabled);
  return enabled.length > 0 && enabled.every(({ problems }) => problems.length === 0);
}

async function validateCapture(
  capture: FlowCapture,
  { host, log }: CommandContext,
): Promise<Validation> {
  const config = configFrom(capture);
  const drafts = await Promise.all(
    capture.bindings.map((binding) => draftOf(binding, capture, host.files)),
  );
  const resources = drafts.flatMap(({ resource }) => resource ?? []);
  const { inspectBindings } = await loadInspection();
  const { place, bindings } = await inspectBindings(resources, config, host, log);
  const inspectedBindings = bindings[Symbol.iterator]();
  const verdicts = drafts.map((draft): BindingVerdict => {
    const { binding, resource, collection, problems, notes } = draft;
    const inspected = resource && inspectedBindings.next().value;
    return {
      binding,
      table: resource?.table ?? tableIn(binding),
      problems: [...problems, ...(inspected?.problems ?? [])],
      notes: [...notes, ...(inspected === undefined ? [] : notesOn(inspected, collection))],
      inspected,
    };
  });
  const sound = verdicts.flatMap(({ inspected, problems }, index) => {
    const table = problems.length === 0 ? inspected?.table : undefined;
    const rcuAllocation = drafts[index]?.resource?.rcuAllocation;
    const openShardCount = inspected?.shards?.openCount ?? 0;
    return table === undefined ? [] : [{ table, rcuAllocation, openShardCount }];
  });
  return { capture, config, place, verdicts, plan: planCapture(sound, config) };
}

/** A binding as far as its file tells. */
interface Draft {
  readonly binding: FlowBinding;
  /** Absent where it is disabled, or not valid. */
  readonly resource: ResourceConfig | undefined;
  /** The same. */
  readonly collection: FlowCollection | undefined;
  readonly problems: readonly ConnectorError[];
  readonly notes: readonly string[];
}

async function draftOf(binding: FlowBinding, capture: FlowCapture, files: Files): Promise<Draft> {
  if (binding.isDisabled) return { ...nothing, binding };
  const problems: ConnectorError[] = [];
  const attempt = async <T>(check: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await check();
    } catch (error) {
      if (!isConnectorError(error)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  const resource = await attempt(() => parseResourceConfig(binding.resource, binding.index));
  if (!hasCollection(capture, binding)) {
    const notes = [collectionMissing(capture, binding.target)];
    return { binding, resource, collection: undefined, problems, notes };
  }
  const collection = await attempt(() => readCollection(files, capture, binding));
  return { binding, resource, collection, problems, notes: [] };
}

const nothing = { resource: undefined, collection: undefined, problems: [], notes: [] };

function notesOn(
  { lacksOldImages, key }: InspectedBinding,
  collection: FlowCollection | undefined,
): string[] {
  const notes: string[] = [];
  if (lacksOldImages) {
    notes.push(noOldImages);
  }
  if (collection === undefined || key === undefined) return notes;
  if (!isDeepStrictEqual(collection.key, key)) {
    const [theirs, ours] = [inlineYaml(collection.key), inlineYaml(key)];
    notes.push(`The key of its collection is ${theirs}, that of the table is ${ours}`);
  }
  if (!isOfDiscovery(collection.writeSchema)) {
    notes.push(
      'The schema of its collection is not the one of discover, so that Flow may not combine changes as it should',
    );
  }
  return notes;
}

function tableIn({ resource, index }: FlowBinding): string {
  const table: unknown =
    typeof resource === 'object' && resource !== null ? Reflect.get(resource, 'table') : undefined;
  return typeof table === 'string' ? table : `bindings[${index}]`;
}
