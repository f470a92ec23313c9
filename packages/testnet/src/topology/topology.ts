import * as v from "valibot";
import { parseJson } from "@icos/system";

/** Names of testnets, nodes, subnets and operators: they become host names, file names and socket names. */
export const NAME = v.pipe(
  v.string(),
  v.regex(/^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/, "must be 1 to 31 lower-case letters, digits and inner hyphens"),
);

export const MAX_NODES = 64;
export const MIN_MEMORY_MIB = 512;
export const DEFAULT_MEMORY_MIB = 1024;
export const DEFAULT_VCPUS = 1;
/** HostOS's own memory beside its guest's: its programs, QEMU with its buffers, and a page cache to read from. */
export const DEFAULT_HOST_MEMORY_MIB = 1024;
/** FAT32 needs as many clusters. */
const MIN_STICK_MIB = 64;
const MAX_STICK_MIB = 65_536;
const MAX_MEMORY_MIB = 1_048_576;
const MAX_GUESTS = 8;
export const DEFAULT_OPERATOR = "operator";

const memory = (least: number) =>
  v.pipe(
    v.number(),
    v.integer("must be a whole number of MiB"),
    v.minValue(least, `must be at least ${least} MiB`),
    v.maxValue(MAX_MEMORY_MIB, `must be at most ${MAX_MEMORY_MIB} MiB`),
  );

const nodeSchema = v.strictObject({
  name: NAME,
  memoryMiB: v.optional(memory(MIN_MEMORY_MIB), DEFAULT_MEMORY_MIB),
  vcpus: v.optional(
    v.pipe(
      v.number(),
      v.integer("must be a whole number"),
      v.minValue(1, "must be at least 1"),
      v.maxValue(64, "must be at most 64"),
    ),
    DEFAULT_VCPUS,
  ),
  addressing: v.optional(v.picklist(["static", "router-advertisement"]), "router-advertisement"),
  operator: v.optional(NAME, DEFAULT_OPERATOR),
  /** The node is a HostOS that runs GuestOS, as on a real machine; otherwise it is GuestOS alone. */
  nested: v.optional(v.boolean(), false),
  /**
   * Of a nested node: how many guests its host has, each with the node's memory and CPUs. The first is the node; the others
   * register themselves and are in no subnet.
   */
  guests: v.optional(
    v.pipe(
      v.number(),
      v.integer("must be a whole number"),
      v.minValue(1, "must be at least 1"),
      v.maxValue(MAX_GUESTS, `must be at most ${MAX_GUESTS}`),
    ),
    1,
  ),
  /** Of a nested node: what the host has beside its guests. 4 GiB more than usual hold the machine of an upgrade, too. */
  hostMemoryMiB: v.optional(memory(DEFAULT_HOST_MEMORY_MIB), DEFAULT_HOST_MEMORY_MIB),
  /** Of a nested node: a USB stick of this size is plugged into its machine, empty, with a FAT file system. */
  usbStickMiB: v.optional(
    v.pipe(
      v.number(),
      v.integer("must be a whole number of MiB"),
      v.minValue(MIN_STICK_MIB, `must be at least ${MIN_STICK_MIB} MiB`),
      v.maxValue(MAX_STICK_MIB, `must be at most ${MAX_STICK_MIB} MiB`),
    ),
  ),
});

const subnetSchema = v.strictObject({
  name: NAME,
  nodes: v.pipe(v.array(NAME), v.minLength(1, "must name at least one node")),
});

/** The first four groups of an address in full, then `::/64`: `fd12:3456:789a:1::/64`. */
const prefixSchema = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3}::\/64$/, "must be four groups and ::/64, such as fd00:1c05:0:1::/64"),
);

/** What a testnet consists of: the file behind `icos testnet up --topology FILE`. */
export const topologySchema = v.pipe(
  v.strictObject({
    nodes: v.pipe(
      v.array(nodeSchema),
      v.minLength(1, "must have at least one node"),
      v.maxLength(MAX_NODES, `must have at most ${MAX_NODES} nodes`),
    ),
    subnets: v.optional(v.array(subnetSchema), []),
    prefix: v.optional(prefixSchema),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const { message, key } of referenceProblems(dataset.value)) addIssue({ message: `${key}: ${message}` });
  }),
);

export type Topology = v.InferOutput<typeof topologySchema>;
export type NodeTopology = Topology["nodes"][number];
export type SubnetTopology = Topology["subnets"][number];

interface References {
  readonly nodes: readonly {
    readonly name: string;
    readonly nested: boolean;
    readonly memoryMiB: number;
    readonly guests: number;
    readonly usbStickMiB?: number | undefined;
  }[];
  readonly subnets: readonly { readonly name: string; readonly nodes: readonly string[] }[];
}

function referenceProblems({ nodes, subnets }: References): { key: string; message: string }[] {
  const problems: { key: string; message: string }[] = [];
  const nodeNames = new Set<string>();
  for (const [i, { name, nested, memoryMiB, guests, usbStickMiB }] of nodes.entries()) {
    if (nodeNames.has(name)) problems.push({ key: `nodes.${i}.name`, message: `"${name}" is used twice` });
    if (nested && memoryMiB % 1024 !== 0)
      problems.push({ key: `nodes.${i}.memoryMiB`, message: "a nested node has whole GiB, such as 1024 or 2048" });
    if (!nested && guests > 1)
      problems.push({ key: `nodes.${i}.guests`, message: "only the host of a nested node has guests" });
    if (!nested && usbStickMiB !== undefined)
      problems.push({
        key: `nodes.${i}.usbStickMiB`,
        message: "only the host of a nested node has a place for a stick",
      });
    nodeNames.add(name);
  }
  const subnetNames = new Set<string>();
  const home = new Map<string, string>();
  for (const [i, subnet] of subnets.entries()) {
    if (subnetNames.has(subnet.name))
      problems.push({ key: `subnets.${i}.name`, message: `"${subnet.name}" is used twice` });
    subnetNames.add(subnet.name);
    for (const [j, node] of subnet.nodes.entries()) {
      const key = `subnets.${i}.nodes.${j}`;
      const other = home.get(node);
      if (!nodeNames.has(node)) problems.push({ key, message: `there is no node "${node}"` });
      else if (other !== undefined) problems.push({ key, message: `"${node}" is already in subnet "${other}"` });
      else home.set(node, subnet.name);
    }
  }
  return problems;
}

/** Reads a topology file's text; reports every problem at once (`topology-invalid`). */
export function parseTopology(text: string, file?: string): Topology {
  return parseJson(topologySchema, text, {
    code: "topology-invalid",
    name: "The topology",
    file,
    next: "Correct the fields named above; docs/schemas/topology.schema.json describes the file.",
  });
}

/** `count` nodes named node-0 …, all in one subnet. */
export function defaultTopology(count: number, { nested = false }: { readonly nested?: boolean } = {}): Topology {
  const names = Array.from({ length: count }, (_, i) => `node-${i}`);
  return v.parse(topologySchema, {
    nodes: names.map((name) => ({ name, nested })),
    subnets: [{ name: "subnet-0", nodes: names }],
  });
}
