import { BOOTSTRAP_FILES, formatGuestosConfig, makeGuestosConfig, type GuestosConfigInput } from "@icos/config";

export const TEST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKlTCWgZ3k7iNyTlVNpCwxjsCk0cTn7YQPbFGrWMWg dev";

export const TEST_CONFIG: GuestosConfigInput = {
  config_version: "1.17.0",
  network_settings: {
    ipv6_config: { Fixed: { address: "2001:db8::6801:aeff:fe1a:9bb/64", gateway: "2001:db8::1" } },
  },
  icos_settings: {
    mgmt_mac: "00:11:22:33:44:55",
    deployment_environment: "testnet",
    nns_urls: ["http://[2001:db8::a]:8080"],
  },
};

/** The files of a complete configuration medium; for tests. */
export function mediumFiles(config: GuestosConfigInput = TEST_CONFIG): Map<string, string> {
  return new Map([
    [BOOTSTRAP_FILES.config, formatGuestosConfig(makeGuestosConfig(config))],
    [BOOTSTRAP_FILES.operatorKey, "operator key\n"],
    [BOOTSTRAP_FILES.nnsPublicKeyOverride, "key of the testnet\n"],
    [BOOTSTRAP_FILES.adminKeys, `# dev\n${TEST_KEY}\n`],
  ]);
}
