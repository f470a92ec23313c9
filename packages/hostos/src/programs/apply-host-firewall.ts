import { readFile } from "node:fs/promises";
import { CONFIG_OBJECTS, readObject } from "@icos/config";
import { createExec, createLogger, describeError, IcosError } from "@icos/system";
import { applyHostFirewall } from "../firewall/apply-firewall.ts";

/** Runs as `nftables`, once the configuration is there; again when somebody has changed `firewall.json`. */
const CONFIG_FILE = "/run/config/config.json";
const logger = createLogger(process.stderr, { journal: true, name: "apply-host-firewall" });

try {
  const { config } = readObject(CONFIG_OBJECTS.HostOS, await readFile(CONFIG_FILE, "utf8"), CONFIG_FILE);
  const options = { config, bootConfig: "/boot/config", directory: "/run/ic-node/nftables-ruleset" };
  const access = await applyHostFirewall(createExec(), options);
  const networks = (list: typeof access.operators): readonly string[] => list.map(({ text }) => text);
  logger.log("info", "The host's rules are in force.", {
    operators: networks(access.operators),
    observers: networks(access.observers),
    nodeProviders: networks(access.node_providers),
    ownNetwork: access.ownNetwork,
  });
} catch (error) {
  const next = error instanceof IcosError && error.next !== undefined ? ` ${error.next}` : "";
  logger.log("error", "The firewall stays as it is.", { error: describeError(error) });
  process.stdout.write(`hostos: WARNING: the firewall stays as it is: ${describeError(error)}${next}\n`);
  process.exitCode = 1;
}
