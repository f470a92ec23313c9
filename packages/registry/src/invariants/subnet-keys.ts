import { equalBytes } from "@icos/certification";
import { KeyPrefix } from "../keys.ts";
import { isListedSubnet } from "../mutations/membership.ts";
import { thresholdKeyOfTranscript } from "../ni-dkg-transcript.ts";
import { AlgorithmId, CatchUpPackageContentsSchema, PublicKeySchema } from "../records.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { changedIds, type Invariant, touchedSubnets } from "./invariant.ts";

/**
 * A listed subnet's threshold key is the one that its catch-up package contents begin with. Where the network requires
 * them, every listed subnet has both.
 */
export const subnetKeysInvariant: Invariant = {
  name: "subnet-keys",
  *check(transition) {
    const { after, rules } = transition;
    const touched = [
      ...touchedSubnets(transition),
      ...changedIds(transition, KeyPrefix.thresholdKey),
      ...changedIds(transition, KeyPrefix.catchUpPackageContents),
    ];
    for (const subnet of new Set(touched)) {
      if (isListedSubnet(after, subnet)) yield* problemsOf(after, subnet, rules.requireSubnetKeys);
    }
  },
};

function* problemsOf(view: RegistryView, subnet: string, required: boolean): Iterable<string> {
  const keyName = KeyPrefix.thresholdKey + subnet;
  const contentsName = KeyPrefix.catchUpPackageContents + subnet;
  const key = readRecord(view, PublicKeySchema, keyName);
  const contents = readRecord(view, CatchUpPackageContentsSchema, contentsName);
  if (!key && (required || contents)) yield `Subnet ${subnet} is listed but has no threshold key; write ${keyName}.`;
  if (!contents && (required || key)) {
    yield `Subnet ${subnet} is listed but has no catch-up package contents; write ${contentsName}.`;
  }
  if (!key || !contents) return;
  if (key.algorithm !== AlgorithmId.THRES_BLS12_381) yield `${keyName} is not a threshold BLS12-381 key.`;
  const transcript = contents.initialNiDkgTranscriptHighThreshold;
  const made = transcript && thresholdKeyOfTranscript(transcript.internalCspTranscript);
  if (!made) yield `${contentsName} has no high-threshold transcript that a key can be read from.`;
  else if (!equalBytes(made, key.keyValue)) {
    yield `${keyName} is not the key of the high-threshold transcript in ${contentsName}; change both together.`;
  }
}
