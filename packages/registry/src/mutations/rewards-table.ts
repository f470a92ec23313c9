import { registryKey } from "../keys.ts";
import { NodeRewardsTableSchema } from "../records.ts";
import { put } from "../state/mutation.ts";
import { readRecord } from "../state/view.ts";
import type { MutationFunction } from "./context.ts";
import { refuse } from "./refuse.ts";

export interface RewardRatePayload {
  readonly xdr_permyriad_per_node_per_month: bigint;
  /** 0 to 100: what each further node of a provider is worth, in per cent of the one before. */
  readonly reward_coefficient_percent?: number | undefined;
}

export interface UpdateNodeRewardsTablePayload {
  /** Regions and their rates by reward type, as candid has maps. */
  readonly new_entries: readonly (readonly [string, RewardRatesPayload])[];
}

export interface RewardRatesPayload {
  readonly rates: readonly (readonly [string, RewardRatePayload])[];
}

/** Rates that are given are added or replaced, others stay. Once there is a table, quotas by reward type are in force. */
export const updateNodeRewardsTable: MutationFunction<UpdateNodeRewardsTablePayload, undefined> = (
  { view },
  { new_entries },
) => {
  const key = registryKey.nodeRewardsTable;
  const table = { ...readRecord(view, NodeRewardsTableSchema, key)?.table };
  const merged = new_entries.map(([region, { rates }]) => {
    const given = rates.map(([type, rate]) => [type, rateRecord(region, type, rate)] as const);
    return [region, { rates: { ...table[region]?.rates, ...Object.fromEntries(given) } }] as const;
  });
  const changed = { table: { ...table, ...Object.fromEntries(merged) } };
  return { mutations: [put("upsert", key, NodeRewardsTableSchema, changed)], reply: undefined };
};

function rateRecord(region: string, type: string, rate: RewardRatePayload) {
  const { xdr_permyriad_per_node_per_month, reward_coefficient_percent: percent } = rate;
  if (percent !== undefined && (percent < 0 || percent > 100)) {
    const sentence = `The reward coefficient of ${type} in ${region} is ${percent} per cent; it may be 0 to 100.`;
    throw refuse("reward-coefficient", sentence, { region, type });
  }
  return {
    xdrPermyriadPerNodePerMonth: xdr_permyriad_per_node_per_month,
    ...(percent !== undefined && { rewardCoefficientPercent: percent }),
  };
}
