import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  BOOTSTRAP_FILES,
  formatGuestosConfig,
  guestHostname,
  networkdFiles,
  parseIpv6Cidr,
  renderIcConfig,
  renderResolvConf,
} from "@icos/config";
import { IC_REPLICA, type Layout } from "../layout.ts";
import type { NodeConfiguration, SetOwner } from "./context.ts";

/** Files that live as long as this boot. `/run` is gone after a crash, so nothing here is written durably. */

/** Replaces the file whole: a reader sees the old content or the new. */
export async function putRunFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true });
  await writeFile(unfinished, content, { mode });
  await chmod(unfinished, mode); // whatever the umask
  await rename(unfinished, path);
}

/** `/run/config`: the printable object for everyone, everything else of the medium for root only. */
export async function writeRunConfig({ run }: Layout, { config, entries }: NodeConfiguration): Promise<void> {
  const directory = join(run, "config");
  for (const [name, content] of entries) {
    if (name !== BOOTSTRAP_FILES.config) await putRunFile(join(directory, name), content, 0o400);
  }
  await putRunFile(join(directory, BOOTSTRAP_FILES.config), formatGuestosConfig(config), 0o444);
  // Units ask for the kind of machine by the existence of this file.
  await putRunFile(join(directory, "guest_vm_type", config.guest_vm_type), "", 0o444);
}

/** systemd-networkd's files, resolver and host name; returns the host name. */
export async function writeNetwork(layout: Layout, configuration: NodeConfiguration): Promise<string> {
  const { config, duplicateAddressDetection } = configuration;
  const hostname = guestHostname(config);
  await writeFile(join(layout.proc, "sys/kernel/hostname"), hostname);
  await putRunFile(join(layout.run, "resolv.conf"), renderResolvConf(config), 0o444);
  for (const { name, text } of networkdFiles(config, { duplicateAddressDetection })) {
    await putRunFile(join(layout.run, "systemd/network", name), text, 0o444);
  }
  // Starts systemd-networkd while the disks are still being opened (guestos-network.path).
  await putRunFile(join(layout.run, "guestos/network-ready"), "", 0o444);
  return hostname;
}

/** The fixed address without its prefix length, or `undefined` where the network gives one. */
export function fixedAddress({ config }: NodeConfiguration): string | undefined {
  const { ipv6_config: ipv6 } = config.network_settings;
  return typeof ipv6 === "object" ? parseIpv6Cidr(ipv6.Fixed.address)?.address : undefined;
}

/** Directories of the node's programs in `/run`, and `ic.json5` where the address is known before the network is up. */
export async function writeIcConfig(
  layout: Layout,
  configuration: NodeConfiguration,
  setOwner: SetOwner,
): Promise<string> {
  for (const directory of ["ic-node", "ic-node/config"]) {
    const path = join(layout.run, directory);
    await mkdir(path, { recursive: true, mode: 0o755 });
    await setOwner(path, IC_REPLICA);
  }
  const address = fixedAddress(configuration);
  if (address === undefined) return "left to the orchestrator, which waits for the address";
  await putRunFile(join(layout.run, "ic-node/config/ic.json5"), renderIcConfig(configuration.config, address), 0o644);
  return address;
}

export async function readText(path: string): Promise<string> {
  return (await readFile(path, "utf8")).trim();
}
