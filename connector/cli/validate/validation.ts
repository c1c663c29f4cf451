/** A capture checked against its files and its tables: what is wrong, what will surprise, and what it will take. */

import { isDeepStrictEqual } from 'node:util';
import {
  parseResourceConfig,
  type EndpointConfig,
  type ResourceConfig,
} from '../../config/config.ts';
import { isConnectorError, type ConnectorError } from '../../errors.ts';
import type { Files } from '../../host.ts';
import { loadCheckedCapture, type CheckedBinding } from '../../session/session.ts';
import { noOldImages } from '../../table.ts';
import { tableOf } from '../catalog/bound-table.ts';
import { isOfDiscovery } from '../catalog/discovered-schema.ts';
import { configFrom } from '../catalog/endpoint.ts';
import {
  collectionMissing,
  hasCollection,
  readCollection,
  type FlowBinding,
  type FlowCapture,
  type FlowCollection,
} from '../catalog/flow-file.ts';
import { inlineYaml } from '../catalog/yaml-text.ts';
import type { CommandContext } from '../command.ts';
import { planCapture, type Plan } from './plan.ts';

/** All that was found out about one binding. */
export interface BindingValidation {
  readonly binding: FlowBinding;
  /** Name or ARN of the table as it is written; a guess where the configuration is not valid. */
  readonly table: string;
  readonly problems: readonly ConnectorError[];
  /** What does not keep it from being captured, but will surprise: a sentence each. */
  readonly notes: readonly string[];
  /** Absent for disabled bindings and those whose configuration is not valid. */
  readonly checked: CheckedBinding | undefined;
}

export interface Validation {
  readonly capture: FlowCapture;
  readonly config: EndpointConfig;
  /** Where the tables are: `in region us-east-1`, `at http://…`. */
  readonly place: string;
  /** In the order of the file. */
  readonly bindings: readonly BindingValidation[];
  /** Of the bindings without a problem. */
  readonly plan: Plan;
}

/** True where every binding is sound, and there is one: a capture of nothing is not what anybody wants. */
export function canBeCaptured({ bindings }: Pick<Validation, 'bindings'>): boolean {
  const enabled = bindings.filter(({ binding }) => !binding.isDisabled);
  return enabled.length > 0 && enabled.every(({ problems }) => problems.length === 0);
}

/** Checks each binding by what its file says, and by its table. */
export async function validateCapture(
  capture: FlowCapture,
  { host, log }: CommandContext,
): Promise<Validation> {
  const config = configFrom(capture);
  const drafts = await Promise.all(
    capture.bindings.map((binding) => draftOf(binding, capture, host.files)),
  );
  const resources = drafts.flatMap(({ resource }) => resource ?? []);
  const { checkCapture } = await loadCheckedCapture();
  const { place, bindings: checks } = await checkCapture(resources, config, host, log);
  const remainingChecks = checks[Symbol.iterator]();
  const bindings = drafts.map((draft): BindingValidation => {
    const { binding, resource, collection, problems, notes } = draft;
    const checked = resource && remainingChecks.next().value;
    return {
      binding,
      table: resource?.table ?? tableOf(binding.resource) ?? `bindings[${binding.index}]`,
      problems: [...problems, ...(checked?.problems ?? [])],
      notes: [...notes, ...(checked === undefined ? [] : notesOn(checked, collection))],
      checked,
    };
  });
  const sound = bindings.flatMap(({ checked, problems }, index) => {
    const table = problems.length === 0 ? checked?.table : undefined;
    const rcuAllocation = drafts[index]?.resource?.rcuAllocation;
    const openShardCount = checked?.shards?.openCount ?? 0;
    const recovery = checked?.recovery;
    return table === undefined ? [] : [{ table, rcuAllocation, openShardCount, recovery }];
  });
  const plan = planCapture(sound, { ...config, nowMs: host.clock.now() });
  return { capture, config, place, bindings, plan };
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
  { lacksOldImages, key, recoveryNote }: CheckedBinding,
  collection: FlowCollection | undefined,
): string[] {
  const notes: string[] = [];
  if (lacksOldImages) {
    notes.push(noOldImages);
  }
  if (recoveryNote !== undefined) notes.push(recoveryNote);
  if (collection === undefined || key === undefined) return notes;
  if (!isDeepStrictEqual(collection.key, key)) {
    const [theirs, ours] = [inlineYaml(collection.key), inlineYaml(key)];
    notes.push(`The key of its collection is ${theirs}, that of the table is ${ours}`);
  }
  if (!isOfDiscovery(collection.writeSchema)) {
    notes.push(
      'The schema of its collection is not the one that discover publishes, so Flow may not combine changes correctly',
    );
  }
  return notes;
}
