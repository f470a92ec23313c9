import { chainKeyText, needsPreSignatures } from "../chain-key-id.ts";
import { KeyPrefix } from "../keys.ts";
import { SubnetRecordSchema, type KeyConfig } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { type Invariant, touchedSubnets } from "./invariant.ts";

/** A listed subnet's chain keys are known ones, each configured once and completely. */
export const chainKeyConfigInvariant: Invariant = {
  name: "chain-key-config",
  *check(transition) {
    for (const subnet of touchedSubnets(transition)) {
      const key = KeyPrefix.subnetRecord + subnet;
      const seen = new Set<string>();
      for (const config of readRecord(transition.after, SubnetRecordSchema, key)?.chainKeyConfig?.keyConfigs ?? []) {
        const name = config.keyId && chainKeyText(config.keyId);
        if (name === undefined) {
          yield `${key} has a chain key without a known scheme and algorithm.`;
          continue;
        }
        if (seen.has(name)) yield `${key} configures the chain key ${name} twice.`;
        seen.add(name);
        for (const problem of problemsOf(config)) yield `${key} has ${problem} for the chain key ${name}.`;
      }
    }
  },
};

function* problemsOf({ keyId, maxQueueSize, preSignaturesToCreateInAdvance }: KeyConfig): Iterable<string> {
  if (maxQueueSize === undefined) yield "no max_queue_size";
  if (keyId && needsPreSignatures(keyId) && !preSignaturesToCreateInAdvance) {
    yield "no pre_signatures_to_create_in_advance, which must be at least 1,";
  }
}
