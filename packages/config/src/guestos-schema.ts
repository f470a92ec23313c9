import * as v from "valibot";
import {
  configVersion,
  deploymentEnvironment,
  domainName,
  httpUrl,
  ipv4Address,
  ipv6Address,
  ipv6Interface,
  macAddress,
  nodeRewardType,
  optionalField,
  wholeNumber,
} from "./field-forms.ts";

/**
 * The GuestOS configuration object: upstream's field set at version 1.17.0, its names and enum forms
 * (`rs/ic_os/config/types`). Objects ignore fields they do not know, and enums that may grow read an unknown
 * variant as `Unknown`/`unknown`, because an older guest must start under a newer host. Secrets are not part of it.
 */
export const GUESTOS_CONFIG_VERSION = "1.17.0";

const fixedIpv6 = v.object({ Fixed: v.object({ address: ipv6Interface, gateway: ipv6Address }) });
const routerAdvertisement = v.literal("RouterAdvertisement");
const deterministicIpv6 = v.pipe(
  v.unknown(),
  v.check(() => false, "is Deterministic, which is for hosts; a guest is told Fixed or RouterAdvertisement"),
  v.transform((): "Unknown" => "Unknown"),
);
const unknownIpv6 = v.pipe(
  v.union(
    [
      v.string(),
      v.pipe(
        v.record(v.string(), v.unknown()),
        v.check((value) => Object.keys(value).length === 1),
      ),
    ],
    "is not Fixed, RouterAdvertisement or another variant",
  ),
  v.transform((): "Unknown" => "Unknown"),
);

const ipv6Config = v.lazy((input) => {
  const variant = variantName(input);
  if (variant === "Fixed" && typeof input === "object") return fixedIpv6;
  if (variant === "RouterAdvertisement") return routerAdvertisement;
  return variant === "Deterministic" ? deterministicIpv6 : unknownIpv6;
});

/** The name of an externally tagged variant: `"Name"` or `{"Name": {…}}`. */
function variantName(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? Object.keys(value)[0] : undefined;
}

const ipv4Config = v.object({
  address: ipv4Address,
  gateway: ipv4Address,
  prefix_length: v.pipe(wholeNumber, v.maxValue(32, "is more than 32")),
});

const networkSettings = v.object({
  ipv6_config: ipv6Config,
  ipv4_config: optionalField(ipv4Config),
  domain_name: optionalField(domainName),
});

const icosSettings = v.object({
  node_reward_type: optionalField(nodeRewardType),
  mgmt_mac: macAddress,
  deployment_environment: deploymentEnvironment,
  nns_urls: v.array(httpUrl),
  enable_trusted_execution_environment: v.optional(v.boolean(), false),
  use_ssh_authorized_keys: v.optional(v.boolean(), false),
  icos_dev_settings: v.optional(v.object({}), {}),
});

const backupSpool = v.object({
  backup_retention_time_seconds: optionalField(wholeNumber),
  backup_purging_interval_seconds: optionalField(wholeNumber),
});

const guestosDevSettings = v.object({
  backup_spool: optionalField(backupSpool),
  malicious_behavior: optionalField(v.record(v.string(), v.unknown())),
  query_stats_epoch_length: optionalField(wholeNumber),
  bitcoind_addr: optionalField(v.string()),
  dogecoind_addr: optionalField(v.string()),
  jaeger_addr: optionalField(v.string()),
  socks_proxy: optionalField(v.string()),
  hostname: optionalField(domainName),
  generate_ic_boundary_tls_cert: optionalField(v.string()),
  ic_boundary_tls_cert: optionalField(v.unknown()),
  extra_api_boundary_node_trust_anchors_pem: optionalField(v.string()),
  nns_pub_key_override: optionalField(v.string()),
});

const guestosSettings = v.object({
  guestos_dev_settings: v.optional(guestosDevSettings, {}),
  engine_management_canister_id: optionalField(v.string()),
});

const guestVmType = v.pipe(
  v.string(),
  v.transform((text): "default" | "upgrade" | "unknown" =>
    text === "default" || text === "upgrade" ? text : "unknown",
  ),
);

export const guestosConfigSchema = v.object({
  config_version: configVersion,
  network_settings: networkSettings,
  icos_settings: icosSettings,
  guestos_settings: v.optional(guestosSettings, {}),
  guest_vm_type: v.optional(guestVmType, "default"),
  upgrade_config: v.optional(v.object({ peer_guest_vm_address: optionalField(ipv6Address) }), {}),
  trusted_execution_environment_config: optionalField(v.object({ sev_cert_chain_pem: v.string() })),
  recovery_config: optionalField(v.object({ recovery_hash: optionalField(v.string()) })),
});

/** A checked GuestOS object; printing it shows no secret. */
export type GuestosConfig = v.InferOutput<typeof guestosConfigSchema>;
/** What may be written to make one: fields with a default may be left out. */
export type GuestosConfigInput = v.InferInput<typeof guestosConfigSchema>;
