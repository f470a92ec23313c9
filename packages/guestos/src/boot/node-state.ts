import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { BOOTSTRAP_FILES, formatAuthorizedKeys, parseAuthorizedKeys, SSH_KEYS_DIRECTORY } from "@icos/config";
import { makeDirectory, readFileIfExists, syncDirectory, writeFileDurably } from "@icos/system";
import { IC_REPLICA, type Layout } from "../layout.ts";
import type { NodeConfiguration, SetOwner, Variant } from "./context.ts";

/** Directories of the node's programs below `/var/lib/ic`, with the mode upstream gives them. */
const DIRECTORIES: readonly (readonly [path: string, mode: number])[] = [
  ["crypto", 0o700],
  ["data", 0o755],
  ["data/ic_registry_local_store", 0o750],
  ["data/ic_state", 0o750],
  ["data/ic_consensus_pool", 0o750],
  ["data/cups", 0o750],
  ["data/images", 0o755],
  ["data/orchestrator", 0o750],
  ["backup", 0o750],
];

/**
 * Brings the node's keys from its medium to its disk, on the first boot only: the marker is written last, so that an
 * interrupted first boot does it again.
 */
export async function bootstrapNode(
  layout: Layout,
  { operatorKey, entries, config }: NodeConfiguration,
  variant: Variant,
  setOwner: SetOwner,
): Promise<string> {
  const marker = join(layout.bootConfig, "CONFIGURED");
  if ((await readFileIfExists(marker)) !== undefined) return "done before";
  const data = join(layout.var, "lib/ic/data");
  const install = async (name: string, content: Uint8Array | string, mode: number): Promise<void> => {
    const path = join(data, name);
    await writeFileDurably(path, content, mode);
    await setOwner(path, IC_REPLICA);
  };
  const key = entries.get(BOOTSTRAP_FILES.operatorKey) ?? operatorKey?.reveal();
  if (key !== undefined) await install(BOOTSTRAP_FILES.operatorKey, key, 0o400);
  const developer = config.guestos_settings.guestos_dev_settings.nns_pub_key_override;
  const override = entries.get(BOOTSTRAP_FILES.nnsPublicKeyOverride) ?? developer ?? undefined;
  const nnsKey =
    variant === "dev" && override !== undefined ? override : await readFile(join(layout.share, "nns_public_key.pem"));
  await install("nns_public_key.pem", nnsKey, 0o444);
  await storeAccountKeys(layout, entries);
  await syncDirectory(data);
  await writeFileDurably(marker, "", 0o444);
  return key === undefined ? "without an operator key" : "keys installed";
}

async function storeAccountKeys({ bootConfig }: Layout, entries: NodeConfiguration["entries"]): Promise<void> {
  const directory = join(bootConfig, SSH_KEYS_DIRECTORY);
  await makeDirectory(directory, 0o755);
  for (const [name, content] of entries) {
    if (!name.startsWith(`${SSH_KEYS_DIRECTORY}/`)) continue;
    const account = name.slice(SSH_KEYS_DIRECTORY.length + 1);
    const keys = parseAuthorizedKeys(Buffer.from(content).toString(), name);
    await writeFileDurably(join(directory, account), formatAuthorizedKeys(keys), 0o644);
  }
}

/** Makes the node's directories and gives them their owner, on every boot, so that an upgrade repairs a drift. */
export async function ensureDirectories(layout: Layout, setOwner: SetOwner): Promise<void> {
  const base = join(layout.var, "lib/ic");
  for (const [path, mode] of DIRECTORIES) {
    await mkdir(join(base, path), { recursive: true, mode });
    await setOwner(join(base, path), IC_REPLICA);
  }
}

/** Makes the authorised keys of this boot readable for the SSH server. */
export async function publishAccountKeys({ bootConfig, run }: Layout): Promise<void> {
  const target = join(run, "ssh/authorized_keys");
  await rm(target, { recursive: true, force: true });
  await mkdir(join(run, "sshd"), { recursive: true, mode: 0o755 });
  await mkdir(target, { recursive: true, mode: 0o755 });
  await cp(join(bootConfig, SSH_KEYS_DIRECTORY), target, { recursive: true });
}
