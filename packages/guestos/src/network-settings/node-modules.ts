import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import {
  networkdFiles,
  networkSettingsSchema,
  parseGuestosConfig,
  renderResolvConf,
  TRY_FILE,
  type Moment,
  type NetworkSettings,
  type TryModules,
} from "@icos/config";
import {
  IcosError,
  parseJson,
  readFileIfExists,
  systemErrorCode,
  writeFileDurably,
  type Clock,
  type Exec,
} from "@icos/system";
import * as v from "valibot";
import { putRunFile } from "../boot/run-files.ts";
import type { Layout } from "../layout.ts";

export const NETWORKD = "systemd-networkd.service";
export const WATCHER = "network-settings-watch.service";

/** What the node's configuration says about the network, whatever has been kept since. Written by the boot. */
const configuredSchema = v.object({ duplicateAddressDetection: v.boolean(), settings: networkSettingsSchema });
export type ConfiguredNetwork = v.InferOutput<typeof configuredSchema>;

export function configuredNetworkPath({ run }: Pick<Layout, "run">): string {
  return join(run, "guestos/configured-network.json");
}

/** The record of what is tried and kept: on the config partition, where it outlives upgrades. */
export function tryStore({ bootConfig }: Pick<Layout, "bootConfig">): TryModules["store"] {
  const path = join(bootConfig, TRY_FILE);
  return {
    read: async () => (await readFileIfExists(path))?.toString("utf8"),
    write: (text) => writeFileDurably(path, text, 0o600),
  };
}

/** The kernel's clock since the boot, and which boot it is. */
export async function momentOf({ proc }: Pick<Layout, "proc">): Promise<Moment> {
  const bootId = (await readFile(join(proc, "sys/kernel/random/boot_id"), "utf8")).trim();
  const uptime = Math.floor(Number.parseFloat(await readFile(join(proc, "uptime"), "utf8")) * 1000);
  return { bootId, uptime };
}

/** What trying network settings needs, on a node. */
export function nodeTryModules(
  layout: Layout,
  { exec, clock }: { readonly exec: Exec; readonly clock: Clock },
): TryModules {
  return {
    store: tryStore(layout),
    network: { apply: (settings) => applyNetwork(layout, exec, settings) },
    watcher: { start: async () => void (await exec.run(["systemctl", "start", "--no-block", WATCHER])) },
    moment: () => momentOf(layout),
    sleep: (milliseconds) => clock.sleep(milliseconds),
    exclusively: (work) => exclusively(layout, clock, work),
  };
}

async function applyNetwork(layout: Layout, exec: Exec, settings: NetworkSettings | null): Promise<void> {
  const configured = await readConfigured(layout);
  const file = join(layout.run, "config/config.json");
  const config = {
    ...parseGuestosConfig(await readFile(file, "utf8"), file),
    network_settings: settings ?? configured.settings,
  };
  const { duplicateAddressDetection } = configured;
  for (const { name, text } of networkdFiles(config, { duplicateAddressDetection }))
    await putRunFile(join(layout.run, "systemd/network", name), text, 0o444);
  await putRunFile(join(layout.run, "resolv.conf"), renderResolvConf(config), 0o444);
  await exec.run(["systemctl", "restart", NETWORKD], { timeout: 30_000 });
}

async function readConfigured(layout: Layout): Promise<ConfiguredNetwork> {
  const file = configuredNetworkPath(layout);
  return parseJson(configuredSchema, await readFile(file, "utf8"), {
    code: "invalid-configured-network",
    name: "What the configuration says about the network",
    file,
    next: "Restart the node; its boot writes the file.",
  });
}

const LOCK_POLL_MS = 50;
const LOCK_WAIT_MS = 60_000;

/** Holds a socket in the abstract name space meanwhile: the kernel gives it to one process, and takes it back when that ends. */
async function exclusively<Result>(layout: Layout, clock: Clock, work: () => Promise<Result>): Promise<Result> {
  const name = `\0icos-network-settings-${hash("sha256", layout.run).slice(0, 24)}`;
  const deadline = clock.now() + LOCK_WAIT_MS;
  let server = await listen(name);
  while (server === undefined) {
    if (clock.now() >= deadline) {
      throw new IcosError(
        "network-settings-busy",
        "Another process has been changing the network settings for a minute.",
        {
          next: `\`systemctl status ${WATCHER}\` shows the one that waits for a try to end.`,
        },
      );
    }
    await clock.sleep(LOCK_POLL_MS);
    server = await listen(name);
  }
  const held = server;
  try {
    return await work();
  } finally {
    await new Promise((resolve) => held.close(resolve));
  }
}

/** Undefined when another process has the name. */
function listen(name: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error) => (systemErrorCode(error) === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen(name, () => resolve(server));
  });
}
