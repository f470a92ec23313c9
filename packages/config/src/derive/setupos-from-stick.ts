import { IcosError } from "@icos/system";
import { CONFIG_OBJECTS, CONFIG_VERSION } from "../objects/config-objects.ts";
import type { SetuposConfig } from "../objects/host-objects.ts";
import { makeObject } from "../objects/read-object.ts";
import type { StickInputs } from "../stick/stick-inputs.ts";

/**
 * The SetupOS object of what a stick says (upstream `config_tool create-setupos-config`). `foundMac` is what the machine's
 * management controller says; an address in `deployment.json` goes before it. The operator's key is not part of the object.
 */
export function setuposConfigOf(
  { config: ini, deployment, sshKeys }: Pick<StickInputs, "config" | "deployment" | "sshKeys">,
  foundMac?: string,
): SetuposConfig {
  const mgmtMac = deployment.mgmtMac ?? foundMac;
  if (mgmtMac === undefined) {
    throw new IcosError("no-management-mac", "Nothing says the machine's management MAC address.", {
      next: "Read it from the management controller and give it, or set deployment.mgmt_mac.",
      place: { key: "icos_settings.mgmt_mac" },
    });
  }
  const { ipv4 } = ini;
  const { vm } = deployment;
  return makeObject(CONFIG_OBJECTS.SetupOS, {
    config_version: CONFIG_VERSION,
    network_settings: {
      ipv6_config: {
        Deterministic: {
          prefix: ini.ipv6Prefix,
          prefix_length: ini.ipv6PrefixLength,
          gateway: ini.ipv6Gateway,
        },
      },
      ipv4_config: ipv4 && { address: ipv4.address, gateway: ipv4.gateway, prefix_length: ipv4.prefixLength },
      domain_name: ini.domain,
    },
    icos_settings: {
      node_reward_type: ini.nodeRewardType,
      mgmt_mac: mgmtMac,
      deployment_environment: deployment.environment,
      nns_urls: [...deployment.nnsUrls],
      enable_trusted_execution_environment: ini.enableTrustedExecutionEnvironment,
      use_ssh_authorized_keys: sshKeys !== undefined,
    },
    hostos_settings: {
      hostos_dev_settings: { vm_memory: vm.memoryGiB, vm_cpu: vm.cpu, vm_nr_of_vcpus: vm.vcpus },
      verbose: ini.verbose,
    },
  });
}
