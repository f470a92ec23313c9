import * as v from "valibot";

/** Where a testnet stands. */
export const TESTNET_STATES = ["starting", "running", "degraded", "failed", "stopping", "stopped", "crashed"] as const;

/**
 * Where a node stands, derived afresh from what is observed:
 * off (no VM) -> booting -> registering -> unassigned -> assigned -> healthy; `unreachable` once it answered and no
 * longer does; `failed` when its VM cannot be started.
 */
export const NODE_STATES = [
  "off",
  "failed",
  "booting",
  "unreachable",
  "registering",
  "unassigned",
  "assigned",
  "healthy",
] as const;

/** Where a nested node's HostOS stands: off -> booting -> running; `unreachable` once it answered and no longer does. */
export const HOST_STATES = ["off", "failed", "booting", "unreachable", "running"] as const;

const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(60_000));

/** What a node's cable does to frames, each way; a field that is left out is perfect. */
export const linkFaultSchema = v.strictObject({
  delayMs: v.optional(milliseconds),
  jitterMs: v.optional(milliseconds),
  lossPercent: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
  bandwidthBitsPerSecond: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1_000))),
  /** The cable is pulled. */
  cut: v.optional(v.boolean()),
});

export const problemSchema = v.strictObject({
  code: v.string(),
  message: v.string(),
  next: v.nullable(v.string()),
});

/** The HostOS below a nested node's GuestOS. */
export const hostStatusSchema = v.strictObject({
  state: v.picklist(HOST_STATES),
  ipv6: v.string(),
  /** The version that it says it runs, or the image's until it has said so. */
  version: v.nullable(v.string()),
  /** The slot that it says it runs from. */
  slot: v.nullable(v.picklist(["A", "B"])),
  /** Whether it says that the version has been confirmed; until then the next boot goes back to the other slot. */
  confirmed: v.nullable(v.boolean()),
  /** What it says about its guest's virtual machine. */
  guestVm: v.nullable(v.picklist(["running", "stopped", "not-defined"])),
});

export const nodeStatusSchema = v.strictObject({
  name: v.string(),
  nodeId: v.nullable(v.string()),
  ipv6: v.string(),
  state: v.picklist(NODE_STATES),
  subnetId: v.nullable(v.string()),
  /** The version the replica says it runs, or the image's while no replica runs. */
  version: v.nullable(v.string()),
  healthy: v.boolean(),
  /** The node's `/api/v2/status` on this machine's loopback. */
  statusUrl: v.nullable(v.string()),
  /** What the machine has written to its console; a nested node's machine is its host. */
  consoleLog: v.string(),
  /** Of the guest. */
  memoryMiB: v.number(),
  /** Null unless the node is nested. */
  host: v.nullable(hostStatusSchema),
  link: v.nullable(linkFaultSchema),
  partition: v.nullable(v.number()),
  problem: v.nullable(problemSchema),
});

export const progressSchema = v.strictObject({
  phase: v.string(),
  done: v.boolean(),
  text: v.string(),
  /** How long the phase took, or has taken so far; null before it starts. */
  milliseconds: v.nullable(v.number()),
});

/** `icos testnet status --json`. */
export const testnetStatusSchema = v.strictObject({
  name: v.string(),
  state: v.picklist(TESTNET_STATES),
  accelerator: v.nullable(v.picklist(["kvm", "tcg"])),
  nns: v.strictObject({ url: v.nullable(v.string()), rootKey: v.nullable(v.string()) }),
  nodes: v.array(nodeStatusSchema),
  subnets: v.array(v.strictObject({ name: v.string(), subnetId: v.nullable(v.string()), nodes: v.array(v.string()) })),
  progress: v.array(progressSchema),
  problem: v.nullable(problemSchema),
});

export type TestnetState = (typeof TESTNET_STATES)[number];
export type HostState = (typeof HOST_STATES)[number];
export type HostStatus = v.InferOutput<typeof hostStatusSchema>;
export type NodeState = (typeof NODE_STATES)[number];
export type LinkFault = v.InferOutput<typeof linkFaultSchema>;
export type Problem = v.InferOutput<typeof problemSchema>;
export type NodeStatus = v.InferOutput<typeof nodeStatusSchema>;
export type Progress = v.InferOutput<typeof progressSchema>;
export type TestnetStatus = v.InferOutput<typeof testnetStatusSchema>;
