import { parentPort } from "node:worker_threads";
import { type CommitteePublicKey, verifyCommitteeKey } from "@icos/certification/committee-key";

/** Answers each key with its verdict, in order. */
parentPort?.on("message", (key: CommitteePublicKey) => parentPort?.postMessage(verifyCommitteeKey(key)));
