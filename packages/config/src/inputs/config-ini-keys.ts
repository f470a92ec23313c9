/** Keys of `config.ini`; they may be written in any case. */
export const CONFIG_INI_KEYS = [
  "ipv6_prefix",
  "ipv6_gateway",
  "ipv4_address",
  "ipv4_gateway",
  "ipv4_prefix_length",
  "domain",
  "node_reward_type",
  "enable_trusted_execution_environment",
  "verbose",
] as const;
export type ConfigIniKey = (typeof CONFIG_INI_KEYS)[number];

export const IPV4_KEYS = ["ipv4_address", "ipv4_gateway", "ipv4_prefix_length"] as const;

/** Keys that a release once had, and why they do nothing now. */
export const KEYS_WITHOUT_EFFECT: ReadonlyMap<string, string> = new Map([
  ["ipv6_subnet", "the network is always a /64"],
  ["enable_beta_registration_feature", "nodes register with the operator's key"],
]);
