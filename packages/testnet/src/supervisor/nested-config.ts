import type { KeyObject } from "node:crypto";
import {
  BOOTSTRAP_FILES,
  CONFIG_OBJECTS,
  CONFIG_VERSION,
  HOST_FIREWALL_FILE,
  type HostosConfig,
  makeObject,
  Secret,
  STICK_FILES,
} from "@icos/config";
import type { NodePlan } from "../topology/plan.ts";
import { publicKeyPem } from "./node-medium.ts";

export interface NestedConfigOptions {
  readonly node: NodePlan;
  /** The testnet's /64, such as `fd12:3456:789a:1::/64`. */
  readonly prefix: string;
  /** Inside the testnet. */
  readonly router: string;
  readonly nnsUrl: string;
  /** Of the testnet's NNS: DER, hex. */
  readonly rootKey: string;
  readonly operatorKey: KeyObject;
  /** A line for `authorized_keys`. */
  readonly adminKey: string;
}

/** A host keeps this much of the memory of its virtual machines for the one of an upgrade. */
const UPGRADE_VM_GIB = 4;

/** What an installer would leave in the host's `config` volume, by path. Directories have mode 0755. */
export type ConfigVolumeFiles = ReadonlyMap<string, { readonly content: Secret | string; readonly mode: number }>;

/** The host's object: each guest that it runs gets what the topology says. */
export function nestedHostConfig({ node, prefix, router, nnsUrl }: NestedConfigOptions): HostosConfig {
  return makeObject(CONFIG_OBJECTS.HostOS, {
    config_version: CONFIG_VERSION,
    network_settings: {
      ipv6_config: {
        Deterministic: { prefix: prefix.replace(/::\/64$/, ""), prefix_length: 64, gateway: router },
      },
    },
    icos_settings: {
      mgmt_mac: node.managementMac,
      deployment_environment: "testnet",
      nns_urls: [nnsUrl],
      use_ssh_authorized_keys: true,
    },
    hostos_settings: {
      hostos_dev_settings: {
        vm_memory: (node.guests * node.memoryMiB) / 1024 + UPGRADE_VM_GIB,
        vm_cpu: "kvm",
        vm_nr_of_vcpus: node.guests * node.vcpus,
      },
    },
    guestos_settings: { guestos_dev_settings: { hostname: node.name } },
  });
}

export function nestedConfigFiles(options: NestedConfigOptions): ConfigVolumeFiles {
  const operatorKey = new Secret(options.operatorKey.export({ type: "pkcs8", format: "pem" }));
  const config = `${JSON.stringify(nestedHostConfig(options), undefined, 2)}\n`;
  return new Map([
    [BOOTSTRAP_FILES.config, { content: config, mode: 0o644 }],
    [BOOTSTRAP_FILES.operatorKey, { content: operatorKey, mode: 0o600 }],
    [BOOTSTRAP_FILES.nnsPublicKeyOverride, { content: publicKeyPem(options.rootKey), mode: 0o644 }],
    [`${STICK_FILES.sshKeys}/admin`, { content: `${options.adminKey}\n`, mode: 0o644 }],
    // The testnet's gateway, and whoever else is in its network, may log in to the host.
    [HOST_FIREWALL_FILE, { content: `${JSON.stringify({ operators: [options.prefix] })}\n`, mode: 0o644 }],
  ]);
}
