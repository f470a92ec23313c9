import { Principal } from "@icos/certification";
import { parseEndpoint, parsePrincipal, parseRewardType } from "@icos/registry";
import { describeError, IcosError, parseWith } from "@icos/system";
import JSON5 from "json5";
import * as v from "valibot";

const principal = v.pipe(
  v.string("is not a principal"),
  v.check((text) => parsePrincipal(text)?.toText() === text, "is not a principal"),
  v.transform((text) => Principal.fromText(text)),
);
/** How many of something: nodes, bytes, or the place in an order. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.nonEmpty("is empty"));
const accepted = (check: (text: string) => unknown) => (text: string) => {
  try {
    check(text);
    return true;
  } catch {
    return false;
  }
};
const endpoint = v.pipe(
  v.string(),
  v.check(
    accepted((text) => parseEndpoint(text, "")),
    "must be [IPv6]:port or IPv4:port",
  ),
  v.transform((text) => parseEndpoint(text, "")),
);

/** A node, as upstream's `--node` has it; `domain` and `api_boundary_node` are only here. */
export const prepNodeSchema = v.strictObject({
  /** Names the node's directory. */
  idx: count,
  /** Nodes without one are unassigned. */
  subnet_idx: v.optional(count),
  xnet_api: endpoint,
  public_api: endpoint,
  /** The initial operator unless told. */
  node_operator_principal_id: v.optional(principal),
  node_reward_type: v.optional(v.pipe(v.string(), v.check(accepted(parseRewardType), "is no reward type"))),
  domain: v.optional(text),
  /** An API boundary node: it needs a domain, and is in no subnet. */
  api_boundary_node: v.optional(v.boolean(), false),
});

/** What a network begins with. */
export const prepPlanSchema = v.pipe(
  v.strictObject({
    /** Elected from the start; all nodes are to run it. */
    replica_version: text,
    /** Of the update image of that version; with its hash. */
    release_package_download_url: v.optional(v.pipe(v.string(), v.url("is not a URL"))),
    release_package_sha256_hex: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, "is not a SHA-256 in hex"))),
    nodes: v.array(prepNodeSchema),
    /** Operator of the nodes that name none. One with a key from the seed is made when it is needed and not told. */
    initial_node_operator: v.optional(principal),
    /** Of the initial operator; itself unless told. */
    initial_node_provider: v.optional(principal),
    /** Who may call what only governance may call; a key from the seed unless told. */
    governance: v.optional(principal),
    data_centers: v.optional(
      v.array(
        v.strictObject({
          id: text,
          region: v.string(),
          owner: v.string(),
          gps: v.optional(v.strictObject({ latitude: v.number(), longitude: v.number() })),
        }),
      ),
      [],
    ),
    /** Operators with a record of their own. A node's operator that is not among them gets one with upstream's allowance. */
    node_operators: v.optional(
      v.array(
        v.strictObject({
          principal,
          /** Itself unless told. */
          provider: v.optional(principal),
          /** Id of its data centre. */
          data_center: v.string(),
          node_allowance: count,
        }),
      ),
      [],
    ),
    /** No subnet but the root subnet is written: the nodes are there, and unassigned. */
    no_subnet_records: v.optional(v.boolean(), false),
    /** The root subnet has all canister ids of the lower half, for canisters that are made with a chosen id. */
    specified_ids_allocation_range: v.optional(v.boolean(), false),
    ssh_readonly_access: v.optional(v.array(text), []),
    ssh_backup_access: v.optional(v.array(text), []),
    /** Who may create canisters with provisional cycles; `["*"]` is everybody. No list is written unless told. */
    provisional_whitelist: v.optional(v.union([v.strictTuple([v.literal("*")]), v.array(principal)])),
    /** IPv6 prefixes that every node lets in; with the ports, and 8080. */
    whitelisted_prefixes: v.optional(v.array(text), []),
    whitelisted_ports: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))), []),
    /** Negative is the default, as upstream. */
    dkg_interval_length: v.optional(v.pipe(v.number(), v.safeInteger())),
    max_ingress_bytes_per_message: v.optional(count),
    max_block_payload_size: v.optional(count),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const message of contradictions(dataset.value)) addIssue({ message });
  }),
);

export type PrepPlan = v.InferOutput<typeof prepPlanSchema>;
export type PrepPlanInput = v.InferInput<typeof prepPlanSchema>;
export type PrepNode = PrepPlan["nodes"][number];

interface Parts {
  readonly nodes: readonly {
    readonly idx: number;
    readonly subnet_idx?: number | undefined;
    readonly api_boundary_node: boolean;
    readonly domain?: string | undefined;
  }[];
  readonly node_operators: readonly { readonly principal: Principal }[];
  readonly release_package_download_url?: string | undefined;
  readonly release_package_sha256_hex?: string | undefined;
  readonly initial_node_operator?: unknown;
  readonly initial_node_provider?: unknown;
}

function* contradictions(plan: Parts): Iterable<string> {
  const seen = new Set<number>();
  for (const { idx, subnet_idx, api_boundary_node, domain } of plan.nodes) {
    if (seen.has(idx)) yield `nodes: idx ${idx} is used twice`;
    seen.add(idx);
    if (api_boundary_node && subnet_idx !== undefined) yield `nodes: API boundary node ${idx} cannot be in a subnet`;
    if (api_boundary_node && domain === undefined) yield `nodes: API boundary node ${idx} needs a domain`;
  }
  const operators = plan.node_operators.map(({ principal: operator }) => operator.toText());
  for (const [index, operator] of operators.entries())
    if (operators.indexOf(operator) < index) yield `node_operators: ${operator} is there twice`;
  if ((plan.release_package_download_url === undefined) !== (plan.release_package_sha256_hex === undefined)) {
    yield "release_package_download_url and release_package_sha256_hex go together";
  }
  if (plan.initial_node_provider !== undefined && plan.initial_node_operator === undefined) {
    yield "initial_node_provider needs initial_node_operator";
  }
}

/** @throws IcosError `prep-plan-invalid`, naming every wrong field */
export function parsePrepPlan(value: unknown, file?: string): PrepPlan {
  return parseWith(prepPlanSchema, value, { code: "prep-plan-invalid", name: "The plan of the network", file });
}

/** A JSON5 document; upstream's `--node` notation leaves the outer braces out. @throws IcosError `prep-plan-invalid` */
export function parseJson5(text: string, name: string, file?: string): unknown {
  try {
    return JSON5.parse(text);
  } catch (cause) {
    throw new IcosError("prep-plan-invalid", `${name} is not JSON5: ${describeError(cause)}.`, {
      place: { file },
      cause,
    });
  }
}
