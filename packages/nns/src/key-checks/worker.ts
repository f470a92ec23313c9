import { type CommitteePublicKey, verifyCommitteeKey } from "@icos/certification/committee-key";

/** Answers each key with its verdict, in order. Ends with its parent: then the channel, all that keeps it, is closed. */
process.on("message", (key: CommitteePublicKey) => process.send?.(verifyCommitteeKey(key)));
