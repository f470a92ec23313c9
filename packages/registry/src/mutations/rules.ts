import type { Principal } from "@icos/certification";

/** The keys a node may have in the registry. */
export const NODE_KEYS = [
  "nodeSigning",
  "committeeSigning",
  "dkgDealingEncryption",
  "idkgMegaEncryption",
  "tlsCertificate",
] as const;
export type NodeKey = (typeof NODE_KEYS)[number];

/** The keys of a network whose nodes do not take part in distributed key generation yet. */
export const TESTNET_NODE_KEYS: readonly NodeKey[] = ["nodeSigning", "committeeSigning", "tlsCertificate"];

/** What differs from one network to another. */
export interface RegistryRules {
  /** Who may call what only governance may call. */
  readonly governance: Principal;
  /** Who besides governance may change cloud engines; nobody when absent. */
  readonly engineController: Principal | undefined;
  /** Keys a node must bring. Others may be absent; one that is present must be valid. */
  readonly requiredNodeKeys: readonly NodeKey[];
  /**
   * Every listed subnet must have a threshold key and contents of a catch-up package. Networks whose nodes generate no
   * keys yet do without; what is present must still agree.
   */
  readonly requireSubnetKeys: boolean;
  /** Endpoints must be addresses of the public Internet (upstream has this switched off). */
  readonly publicEndpointsOnly: boolean;
  /** Limits how often operators, providers and addresses may call (upstream's buckets). */
  readonly rateLimits: boolean;
  /** Providers with ten times the limits, for themselves and their operators. */
  readonly listedProviders: readonly Principal[];
  /** Where operators may swap nodes of subnets themselves; nowhere when absent. */
  readonly nodeSwapping: NodeSwappingRules | undefined;
  /** A GuestOS version is elected only with its launch measurements. */
  readonly launchMeasurementsRequired: boolean;
}

export interface NodeSwappingRules {
  /** The operators that may. */
  readonly callers: "all" | readonly Principal[];
  /** The subnets in which they may. */
  readonly subnets: "all" | readonly Principal[];
}

/** Upstream's rules. */
export function standardRules(governance: Principal): RegistryRules {
  return {
    governance,
    engineController: undefined,
    requiredNodeKeys: NODE_KEYS,
    requireSubnetKeys: true,
    publicEndpointsOnly: false,
    rateLimits: true,
    listedProviders: [],
    nodeSwapping: undefined,
    launchMeasurementsRequired: true,
  };
}
