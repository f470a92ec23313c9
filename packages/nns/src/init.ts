import { Principal } from "@icos/certification";
import { NODE_KEYS, parsePrincipal, type RegistryRules } from "@icos/registry";
import { parseJson } from "@icos/system";
import * as v from "valibot";

const principal = v.pipe(
  v.string("not a principal"),
  v.check((text) => parsePrincipal(text)?.toText() === text, "not a principal"),
  v.transform((text) => Principal.fromText(text)),
);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, "not a SHA-256 in hex"));
const measurement = v.pipe(v.string(), v.regex(/^[0-9a-f]{96}$/i, "not 48 bytes in hex"));

/** What a registry begins with. Read once, when its data directory is empty; later starts use what was stored then. */
export const NnsInitSchema = v.strictObject({
  /** Who may call what only governance may call. */
  governance: principal,
  /** Keys that a node has to bring; upstream's five unless told. A testnet's nodes have three. */
  requiredNodeKeys: v.optional(v.array(v.picklist(NODE_KEYS)), [...NODE_KEYS]),
  requireSubnetKeys: v.optional(v.boolean(), false),
  publicEndpointsOnly: v.optional(v.boolean(), false),
  rateLimits: v.optional(v.boolean(), true),
  /** Providers with ten times the limits. */
  listedProviders: v.optional(v.array(principal), []),
  /** Who besides governance may change cloud engines. */
  engineController: v.optional(principal),
  /** Which operators may swap their own nodes, and in which subnets; none when left out. */
  nodeSwapping: v.optional(
    v.strictObject({
      callers: v.union([v.literal("all"), v.array(principal)]),
      subnets: v.union([v.literal("all"), v.array(principal)]),
    }),
  ),
  /** Whether a GuestOS version needs launch measurements to be elected. Newer upstream: yes. */
  launchMeasurementsRequired: v.optional(v.boolean(), false),
  dataCenters: v.optional(
    v.array(
      v.strictObject({
        id: v.pipe(v.string(), v.nonEmpty()),
        region: v.string(),
        owner: v.string(),
        gps: v.optional(v.strictObject({ latitude: v.number(), longitude: v.number() })),
      }),
    ),
    [],
  ),
  operators: v.optional(
    v.array(
      v.strictObject({
        principal,
        provider: principal,
        /** Id of its data centre. */
        dataCenter: v.string(),
        /** How many nodes it may add. */
        allowance: count,
        maxRewardableNodes: v.optional(v.record(v.string(), count), {}),
      }),
    ),
    [],
  ),
  /** Elected from the start. */
  replicaVersion: v.optional(
    v.strictObject({
      id: v.pipe(v.string(), v.nonEmpty()),
      /** Of the update image; with `urls`. */
      sha256: v.optional(sha256),
      urls: v.optional(v.array(v.pipe(v.string(), v.url())), []),
      launchMeasurements: v.optional(v.array(v.strictObject({ measurement, kernelCmdline: v.optional(v.string()) }))),
    }),
  ),
  /** Of HostOS, elected from the start; no node is assigned it. */
  hostosVersion: v.optional(
    v.strictObject({
      id: v.pipe(v.string(), v.nonEmpty()),
      /** Of the update image. */
      sha256,
      urls: v.pipe(v.array(v.pipe(v.string(), v.url())), v.minLength(1, "names no URL")),
    }),
  ),
  unassignedNodes: v.optional(
    v.strictObject({
      replicaVersion: v.optional(v.string()),
      sshReadonlyAccess: v.optional(v.array(v.string()), []),
    }),
  ),
});

export type NnsInitInput = v.InferInput<typeof NnsInitSchema>;
export type NnsInit = v.InferOutput<typeof NnsInitSchema>;

/** @throws IcosError `nns-init-invalid`, naming every wrong field */
export function parseNnsInit(text: string, file?: string): NnsInit {
  return parseJson(NnsInitSchema, text, { code: "nns-init-invalid", name: "The NNS init file", file });
}

export function rulesOf(init: NnsInit): RegistryRules {
  const { governance, engineController, requiredNodeKeys, requireSubnetKeys, publicEndpointsOnly } = init;
  const { rateLimits, listedProviders, nodeSwapping, launchMeasurementsRequired } = init;
  return {
    governance,
    engineController,
    requiredNodeKeys,
    requireSubnetKeys,
    publicEndpointsOnly,
    rateLimits,
    listedProviders,
    nodeSwapping,
    launchMeasurementsRequired,
  };
}
