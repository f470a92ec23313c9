import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  DEFAULT_RESOLVERS,
  formatResolvConf,
  guestTap,
  hostAddressOf,
  hostNetworkdFiles,
  hostNetworkOf,
  type HostosConfig,
  type NetworkFile,
} from "@icos/config";
import { describeError, makeDirectory, writeFileDurably } from "@icos/system";
import { chosenCard, isSettled } from "./card-choice.ts";
import { chooseCard, type CardModules } from "./choose-card.ts";
import type { HostAddress } from "./gateway-probe.ts";
import { managementMac } from "./management-mac.ts";
import { describeChoice, NETWORK_STATE_FILE, type NetworkState } from "./network-state.ts";

export interface HostNetworkModules extends CardModules {
  /** Whether the machine has a management controller that can be asked (`/dev/ipmi0`). */
  readonly hasManagementController: () => Promise<boolean>;
}

export interface HostNetworkOptions {
  readonly config: HostosConfig;
  /** `/run` */
  readonly run: string;
  /** Since the kernel's start. */
  readonly upSeconds: number;
}

export interface ConfiguredNetwork {
  readonly state: NetworkState;
  /** Whether the cards need not be looked at again: see {@link isSettled}. */
  readonly settled: boolean;
  readonly warning: boolean;
  readonly text: string;
}

/** Of the guest and its upgrade; further guests' are made with them (`guest-tap@.service`). */
const TAPS = [guestTap("GuestOS"), guestTap("UpgradeGuestOS")] as const;

/** Every file of ours for networkd begins with this. */
const OURS = "20-";

/**
 * Makes the host's network, as far as files do: chooses the card, writes the files for systemd-networkd, `resolv.conf`, and
 * `icos/network.json` below `/run`. Returns what to tell the operator.
 */
export async function configureHostNetwork(
  modules: HostNetworkModules,
  { config, run, upSeconds }: HostNetworkOptions,
): Promise<ConfiguredNetwork> {
  const { prefixLength, gateway } = hostNetworkOf(config);
  const { ipv6, mac } = hostAddressOf(config, "HostOS");
  const address: HostAddress = { ipv6, prefixLength, gateway };
  const [choice, otherManagementMac] = await Promise.all([
    chooseCard(modules, address),
    findOtherManagementMac(modules, config.icos_settings.mgmt_mac),
  ]);
  const files = hostNetworkdFiles(config, { card: chosenCard(choice), type: "HostOS", taps: TAPS });
  await replaceNetworkFiles(join(run, "systemd/network"), files);
  await writeFileDurably(join(run, "resolv.conf"), formatResolvConf(DEFAULT_RESOLVERS));
  const state: NetworkState = {
    choice,
    mac,
    address: `${ipv6}/${prefixLength}`,
    gateway,
    resolvers: [...DEFAULT_RESOLVERS],
    otherManagementMac,
  };
  await makeDirectory(join(run, "icos"));
  await writeFileDurably(join(run, NETWORK_STATE_FILE), `${JSON.stringify(state, null, 2)}\n`);
  return { state, settled: isSettled(choice, upSeconds), ...describeChoice(choice, gateway) };
}

/** A file of an earlier choice would keep its card in the bridge. */
async function replaceNetworkFiles(directory: string, files: readonly NetworkFile[]): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const wanted = new Set(files.map(({ name }) => name));
  for (const name of await readdir(directory)) {
    if (name.startsWith(OURS) && !wanted.has(name)) await rm(join(directory, name));
  }
  for (const { name, text } of files) await writeFileDurably(join(directory, name), text);
}

/** Addresses follow the configuration; a controller that says something else is worth a word. */
async function findOtherManagementMac(
  { exec, logger, hasManagementController }: HostNetworkModules,
  configured: string,
): Promise<string | null> {
  if (!(await hasManagementController())) return null;
  try {
    const found = await managementMac(exec);
    if (found === configured) return null;
    logger.log("warning", "The management controller has another MAC address than the configuration.", {
      configured,
      found,
    });
    return found;
  } catch (error) {
    logger.log("info", "The management controller was not asked.", { error: describeError(error) });
    return null;
  }
}
