import {
  BOOTSTRAP_FILES,
  buildConfigMedium,
  GUESTOS_CONFIG_VERSION,
  makeGuestosConfig,
  type GuestosConfig,
  Secret,
} from "@icos/config";
import type { Exec } from "@icos/system";

export const MANAGEMENT_MAC = "02:1c:05:00:00:01";

/** What a node of a testnet is told, unless a test tells it something else. */
export function nodeConfig(nnsUrl: string): GuestosConfig {
  return makeGuestosConfig({
    config_version: GUESTOS_CONFIG_VERSION,
    network_settings: { ipv6_config: "RouterAdvertisement" },
    icos_settings: { mgmt_mac: MANAGEMENT_MAC, deployment_environment: "testnet", nns_urls: [nnsUrl] },
    guestos_settings: { guestos_dev_settings: { hostname: "refusal" } },
  });
}

/** Writes a medium with `config` as it is, right or wrong. */
export function writeMedium(
  exec: Exec,
  path: string,
  config: GuestosConfig,
  keys: { readonly operatorPem?: string | undefined; readonly rootKeyPem?: string | undefined } = {},
): Promise<void> {
  const files = new Map<string, Secret | string>();
  if (keys.operatorPem !== undefined) files.set(BOOTSTRAP_FILES.operatorKey, new Secret(keys.operatorPem));
  if (keys.rootKeyPem !== undefined) files.set(BOOTSTRAP_FILES.nnsPublicKeyOverride, keys.rootKeyPem);
  return buildConfigMedium({ config, files }, exec, path);
}
