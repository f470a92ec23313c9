import { CONFIG_OBJECTS, CONFIG_VERSION, makeObject, type HostosConfig } from "@icos/config";

/** A host's configuration for tests, with no more than it must have. */
export function testingHostConfig(nodeRewardType: string | null = "type3.1"): HostosConfig {
  return makeObject(CONFIG_OBJECTS.HostOS, {
    config_version: CONFIG_VERSION,
    network_settings: {
      ipv6_config: { Deterministic: { prefix: "2001:db8:0:1", prefix_length: 64, gateway: "2001:db8:0:1::1" } },
    },
    icos_settings: {
      node_reward_type: nodeRewardType,
      mgmt_mac: "00:00:00:00:00:00",
      deployment_environment: "testnet",
      nns_urls: ["https://icp-api.io/"],
      use_ssh_authorized_keys: false,
      icos_dev_settings: {},
    },
  });
}
