import { access, readFile } from "node:fs/promises";
import { uptime } from "node:os";
import { CONFIG_OBJECTS, readObject } from "@icos/config";
import { createExec, createLogger, describeError, IcosError, systemClock } from "@icos/system";
import { configureHostNetwork } from "../network/configure-host-network.ts";
import { networkSysfs } from "../network/network-sysfs.ts";

/** Runs as root before systemd-networkd. On failure, and until the choice is settled, systemd starts it again. */
const CONFIG_FILE = "/run/config/config.json";
const logger = createLogger(process.stderr, { journal: true, name: "generate-network-config" });
const exec = createExec();
const say = (text: string): boolean => process.stdout.write(`hostos: ${text}\n`);

try {
  const { config } = readObject(CONFIG_OBJECTS.HostOS, await readFile(CONFIG_FILE, "utf8"), CONFIG_FILE);
  // Names of cards are final when udev is done; how long it takes is no reason to go without a network.
  await exec.run(["udevadm", "settle", "--timeout=30"]).catch((error: unknown) => {
    logger.log("warning", "udev is not done.", { error: describeError(error) });
  });
  const hasManagementController = (): Promise<boolean> =>
    access("/dev/ipmi0").then(
      () => true,
      () => false,
    );
  const modules = { sysfs: networkSysfs(), exec, clock: systemClock, logger, hasManagementController };
  const options = { config, run: "/run", upSeconds: uptime() };
  const { state, settled, warning, text } = await configureHostNetwork(modules, options);
  logger.log(warning ? "warning" : "info", text, { state, settled });
  say(`${warning ? "WARNING: " : ""}${text}${settled ? "" : " The host goes on looking."}`);
  if (!settled) process.exitCode = 1;
} catch (error) {
  logger.log("error", "The host has no network.", { error: describeError(error) });
  say(`the host has no network: ${describeError(error)}${error instanceof IcosError ? ` ${error.next ?? ""}` : ""}`);
  process.exitCode = 1;
}
