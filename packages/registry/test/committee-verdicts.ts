import { type CommitteePublicKey, verifyCommitteeKey } from "@icos/certification";

const verdicts = new Map<string, boolean>();

/** What `verifyCommitteeKey` says, which is asked once for each key in a process: it is slow, and tests use the same nodes. */
export function verifyCommitteeKeyOnce(key: CommitteePublicKey): boolean {
  const name = [key.publicKey, key.proofOfPossession].map((bytes) => Buffer.from(bytes).toString("hex")).join(":");
  const verdict = verdicts.get(name) ?? verifyCommitteeKey(key);
  verdicts.set(name, verdict);
  return verdict;
}
