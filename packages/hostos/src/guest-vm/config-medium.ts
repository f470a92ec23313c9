import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  BOOTSTRAP_FILES,
  CONFIG_OBJECTS,
  configMediumImage,
  guestosConfigOf,
  readObject,
  Secret,
  SSH_ACCOUNTS,
  SSH_KEYS_DIRECTORY,
  type GuestVm,
  type HostosConfig,
} from "@icos/config";
import { readFileIfExists } from "@icos/system";
import type { GuestVmRole } from "./identity.ts";
import type { Variant } from "./plan-guest-vm.ts";

/** Names of the files that systemd hands to the runner, which may not read them where they lie. */
export const CREDENTIALS = {
  operatorKey: "operator-key",
  /** The HostOS object as upstream's hosts store it: the operator's key may be inside. */
  hostosConfig: "hostos-config",
  nnsPublicKeyOverride: "nns-public-key-override",
  sshKeys: (account: string) => `ssh-${account}`,
} as const;

export interface GuestMediumOptions {
  readonly host: HostosConfig;
  readonly role: GuestVmRole;
  readonly variant: Variant;
  /** Directory of {@link CREDENTIALS}; none when the program was started by hand. */
  readonly credentials: string | undefined;
  readonly recoveryHash: string | undefined;
  readonly sevCertChainPem: string | undefined;
  readonly path: string;
}

/** Writes the medium that tells a guest who it is: made afresh for each start of its machine. */
export async function writeGuestMedium(options: GuestMediumOptions): Promise<void> {
  const { host, role, recoveryHash, sevCertChainPem, path } = options;
  const vm: GuestVm = {
    type: role.type,
    ...(role.type === "default" ? { slot: role.slot } : {}),
    ...(recoveryHash === undefined ? {} : { recoveryHash }),
    ...(sevCertChainPem === undefined ? {} : { sevCertChainPem }),
  };
  const content = { config: guestosConfigOf(host, vm), files: await mediumFiles(options) };
  await writeFile(path, configMediumImage(content), { mode: 0o600 });
}

/** The files beside the object. Access and another root key are for development images alone. */
async function mediumFiles({
  variant,
  credentials,
}: GuestMediumOptions): Promise<ReadonlyMap<string, Secret | Uint8Array>> {
  const files = new Map<string, Secret | Uint8Array>();
  const operatorKey = await readOperatorKey(credentials);
  if (operatorKey !== undefined) files.set(BOOTSTRAP_FILES.operatorKey, operatorKey);
  if (variant === "prod") return files;
  const rootKey = await credential(credentials, CREDENTIALS.nnsPublicKeyOverride);
  if (rootKey !== undefined) files.set(BOOTSTRAP_FILES.nnsPublicKeyOverride, rootKey);
  for (const account of SSH_ACCOUNTS) {
    const keys = await credential(credentials, CREDENTIALS.sshKeys(account));
    if (keys !== undefined) files.set(`${SSH_KEYS_DIRECTORY}/${account}`, keys);
  }
  return files;
}

async function readOperatorKey(credentials: string | undefined): Promise<Secret | undefined> {
  const key = await credential(credentials, CREDENTIALS.operatorKey);
  if (key !== undefined) return new Secret(key);
  const text = await credential(credentials, CREDENTIALS.hostosConfig);
  return text && readObject(CONFIG_OBJECTS.HostOS, text.toString(), CONFIG_OBJECTS.HostOS.file).operatorKey;
}

/** systemd hands over an empty file in place of one that is not there. */
async function credential(directory: string | undefined, name: string): Promise<Buffer | undefined> {
  if (directory === undefined) return undefined;
  const content = await readFileIfExists(join(directory, name));
  return content === undefined || content.toString("latin1").trim() === "" ? undefined : content;
}

/** The checked object of the host. Throws `invalid-hostos-config`. */
export async function readHostConfig(file: string): Promise<HostosConfig> {
  return readObject(CONFIG_OBJECTS.HostOS, await readFile(file, "utf8"), file).config;
}
