export { NODE_SIGNING_KEY_FILE, readNodeId } from "./node-id.ts";
export { parseReplicaArguments } from "./replica-arguments.ts";
export type { ReplicaArguments } from "./replica-arguments.ts";
export { runReplica } from "./run-replica.ts";
export type { RunningReplica, RunReplicaOptions } from "./run-replica.ts";
