import { registryKey } from "../keys.ts";
import { DataCenterRecordSchema } from "../records.ts";
import { put, remove, type Mutation } from "../state/mutation.ts";
import type { MutationFunction } from "./context.ts";
import { refuse } from "./refuse.ts";

export interface DataCenter {
  readonly id: string;
  readonly region: string;
  readonly owner: string;
  readonly gps?: { readonly latitude: number; readonly longitude: number } | undefined;
}

export interface AddOrRemoveDataCentersPayload {
  readonly data_centers_to_add: readonly DataCenter[];
  readonly data_centers_to_remove: readonly string[];
}

/** Ids are stored in lower case. An id that exists can be added only if the same call removes it. */
export const addOrRemoveDataCenters: MutationFunction<AddOrRemoveDataCentersPayload, undefined> = (
  context,
  { data_centers_to_add: add, data_centers_to_remove: toRemove },
) => {
  const { view } = context;
  const mutations = new Map<string, Mutation>();
  for (const id of toRemove) {
    const key = registryKey.dataCenterRecord(id);
    if (view.get(key) !== undefined) mutations.set(key, remove(key));
  }
  const added = new Set<string>();
  for (const { id: given, region, owner, gps } of add) {
    const id = given.toLowerCase();
    const key = registryKey.dataCenterRecord(id);
    if (id === "") throw refuse("data-center-malformed", "A data centre needs an id.");
    if (added.has(key) || (view.get(key) !== undefined && !mutations.has(key))) {
      throw refuse("data-center-exists", `There already is a data centre ${id}.`);
    }
    added.add(key);
    mutations.set(key, put("upsert", key, DataCenterRecordSchema, { id, region, owner, ...(gps && { gps }) }));
  }
  return { mutations: [...mutations.values()], reply: undefined };
};
