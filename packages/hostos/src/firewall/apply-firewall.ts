import { rename } from "node:fs/promises";
import { join } from "node:path";
import {
  HOST_FIREWALL_FILE,
  hostNetworkOf,
  ipv6Prefix64,
  NO_HOST_FIREWALL,
  parseHostFirewall,
  type HostosConfig,
} from "@icos/config";
import { IcosError, makeDirectory, readFileIfExists, writeFileDurably, type Exec } from "@icos/system";
import { renderHostRuleset, type HostAccess } from "./ruleset.ts";

export interface HostFirewallOptions {
  readonly config: Pick<HostosConfig, "network_settings">;
  /** `/boot/config`, which may hold `firewall.json`. */
  readonly bootConfig: string;
  /** `/run/ic-node/nftables-ruleset`: `nftables.conf` is what is in force. */
  readonly directory: string;
}

/** Who may connect to this host. Throws `invalid-firewall-config` with every problem of the file. */
export async function readHostAccess({
  config,
  bootConfig,
}: Pick<HostFirewallOptions, "config" | "bootConfig">): Promise<HostAccess> {
  const file = join(bootConfig, HOST_FIREWALL_FILE);
  const text = await readFileIfExists(file);
  const known = text === undefined ? NO_HOST_FIREWALL : parseHostFirewall(text.toString(), file);
  return { ...known, ownNetwork: ownNetworkOf(config) };
}

/**
 * Puts the host's rules in force. What was in force before stays when anything fails: at first the rules of the image, with
 * which nobody may connect.
 */
export async function applyHostFirewall(exec: Exec, options: HostFirewallOptions): Promise<HostAccess> {
  const access = await readHostAccess(options);
  const candidate = join(options.directory, "candidate.conf");
  await makeDirectory(options.directory);
  await writeFileDurably(candidate, renderHostRuleset(access));
  await exec.run(["nft", "-f", candidate], { timeout: 60_000 });
  await rename(candidate, join(options.directory, "nftables.conf"));
  return access;
}

function ownNetworkOf(config: Pick<HostosConfig, "network_settings">): string {
  const { prefix } = hostNetworkOf({ network_settings: config.network_settings });
  const network = ipv6Prefix64(prefix.includes("::") ? prefix : `${prefix}::`);
  if (network !== undefined) return network;
  throw new IcosError("invalid-prefix", `${JSON.stringify(prefix)} is not the prefix of an IPv6 network.`, {
    place: { key: "network_settings.ipv6_config.Deterministic.prefix" },
  });
}
