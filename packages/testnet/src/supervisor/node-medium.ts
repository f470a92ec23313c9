import type { KeyObject } from "node:crypto";
import {
  BOOTSTRAP_FILES,
  buildConfigMedium,
  type ConfigMediumContent,
  GUESTOS_CONFIG_VERSION,
  makeGuestosConfig,
  Secret,
} from "@icos/config";
import type { Exec } from "@icos/system";
import type { NodePlan } from "../topology/plan.ts";

export interface NodeMediumOptions {
  readonly node: NodePlan;
  /** Inside the testnet. */
  readonly router: string;
  readonly nnsUrl: string;
  /** Of the testnet's NNS: DER, hex. */
  readonly rootKey: string;
  readonly operatorKey: KeyObject;
  /** A line for `authorized_keys`. */
  readonly adminKey: string;
}

/** What the node is told: upstream's GuestOS object, the operator's key, the testnet's root key, one SSH key. */
export function nodeMediumContent(options: NodeMediumOptions): ConfigMediumContent {
  const { node, router } = options;
  const config = makeGuestosConfig({
    config_version: GUESTOS_CONFIG_VERSION,
    network_settings: {
      ipv6_config:
        node.addressing === "static"
          ? { Fixed: { address: `${node.ipv6}/64`, gateway: router } }
          : "RouterAdvertisement",
    },
    icos_settings: {
      mgmt_mac: node.managementMac,
      deployment_environment: "testnet",
      nns_urls: [options.nnsUrl],
      use_ssh_authorized_keys: true,
    },
    guestos_settings: { guestos_dev_settings: { hostname: node.name } },
  });
  const operatorKey = options.operatorKey.export({ type: "pkcs8", format: "pem" });
  return {
    config,
    files: new Map<string, Secret | Uint8Array | string>([
      [BOOTSTRAP_FILES.operatorKey, new Secret(operatorKey)],
      [BOOTSTRAP_FILES.nnsPublicKeyOverride, publicKeyPem(options.rootKey)],
      [BOOTSTRAP_FILES.adminKeys, `${options.adminKey}\n`],
    ]),
  };
}

/** Writes the node's configuration medium anew. */
export async function writeNodeMedium(options: NodeMediumOptions, exec: Exec): Promise<void> {
  await buildConfigMedium(nodeMediumContent(options), exec, options.node.configMedium);
}

/** DER in hex to the PEM form of RFC 7468. */
export function publicKeyPem(derHex: string): string {
  const lines =
    Buffer.from(derHex, "hex")
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PUBLIC KEY-----", ...lines, "-----END PUBLIC KEY-----", ""].join("\n");
}
