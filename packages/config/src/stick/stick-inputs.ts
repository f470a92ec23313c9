import type { ConfigIni } from "../inputs/config-ini.ts";
import type { DeploymentJson } from "../inputs/deployment-json.ts";
import type { Secret } from "../secret.ts";

/** Accounts of HostOS whose keys a stick may bring. */
export const STICK_ACCOUNTS = ["admin", "backup", "readonly"] as const;
export type StickAccount = (typeof STICK_ACCOUNTS)[number];

/** Names on a SetupOS stick, those of its `config` and its `data` partition side by side. */
export const STICK_FILES = {
  configIni: "config.ini",
  sshKeys: "ssh_authorized_keys",
  operatorKey: "node_operator_private_key.pem",
  deploymentJson: "deployment.json",
  hostImage: "host-os.img.tar.zst",
  guestImage: "guest-os.img.tar.zst",
  nnsPublicKeyOverride: "nns_public_key_override.pem",
} as const;

/** All that a SetupOS stick tells the installer. The SetupOS object is derived from it and the management MAC. */
export interface StickInputs {
  readonly config: ConfigIni;
  readonly deployment: DeploymentJson;
  /** Keys by account, one each; undefined when the stick has no directory of keys (`use_ssh_authorized_keys` false). */
  readonly sshKeys: Readonly<Record<StickAccount, readonly string[]>> | undefined;
  /** The operator's private key, PEM; undefined means that a hardware module is used. Never part of an object. */
  readonly operatorKey: Secret | undefined;
  /** PEM of another root key; development images only. */
  readonly nnsPublicKeyOverride: string | undefined;
}
