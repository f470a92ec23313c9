import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BOOTSTRAP_FILES, formatAuthorizedKeys, parseAuthorizedKeys, SSH_KEYS_DIRECTORY } from "@icos/config";
import { makeDirectory, readFileIfExists, syncDirectory, writeFileDurably, type Variant } from "@icos/system";
import { IC_REPLICA, READERS, type Layout } from "../layout.ts";
import type { NodeConfiguration, SetOwner } from "./context.ts";

/**
 * Directories of the node's programs below `/var/lib/ic`. Those with a group of readers hand it on to what is made in
 * them, as upstream's do; the keys have none.
 */
const DIRECTORIES: readonly (readonly [path: string, mode: number, readers?: keyof typeof READERS])[] = [
  ["crypto", 0o700],
  ["data", 0o755],
  ["data/ic_registry_local_store", 0o2750, "ic-registry-local-store"],
  ["data/ic_state", 0o2750, "nonconfidential"],
  ["data/ic_consensus_pool", 0o2750, "ic-consensus-pool"],
  ["data/cups", 0o2750, "nonconfidential"],
  ["data/images", 0o755],
  ["data/orchestrator", 0o2750, "nonconfidential"],
  ["backup", 0o2750, "backup"],
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
  await storeAdminKeys(layout, entries);
  await syncDirectory(data);
  await writeFileDurably(marker, "", 0o444);
  return key === undefined ? "without an operator key" : "keys installed";
}

/** Who develops the node logs in with the configuration's keys; the lists of all other accounts are the registry's. */
async function storeAdminKeys({ bootConfig }: Layout, entries: NodeConfiguration["entries"]): Promise<void> {
  await makeDirectory(join(bootConfig, SSH_KEYS_DIRECTORY), 0o755);
  const content = entries.get(BOOTSTRAP_FILES.adminKeys);
  if (content === undefined) return;
  const keys = parseAuthorizedKeys(Buffer.from(content).toString(), BOOTSTRAP_FILES.adminKeys);
  await writeFileDurably(join(bootConfig, BOOTSTRAP_FILES.adminKeys), formatAuthorizedKeys(keys), 0o644);
}

/** Makes the node's directories and gives them their owner, on every boot, so that an upgrade repairs a drift. */
export async function ensureDirectories(layout: Layout, setOwner: SetOwner): Promise<void> {
  const base = join(layout.var, "lib/ic");
  for (const [name, mode, readers] of DIRECTORIES) {
    const path = join(base, name);
    await mkdir(path, { recursive: true, mode });
    await setOwner(path, readers === undefined ? IC_REPLICA : { ...IC_REPLICA, gid: READERS[readers] });
    await chmod(path, mode); // also what `mkdir` leaves out: the bit that hands the group on
  }
}
