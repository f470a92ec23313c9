import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseGuestosConfig, parseIcConfig, renderIcConfig, type IcConfig } from "@icos/config";
import {
  createConsole,
  parseOrchestratorOptions,
  runOrchestrator,
  startProcess,
  type OrchestratorModules,
} from "@icos/orchestrator";
import { createLogger, describeError, IcosError, readFileIfExists, systemClock, writeFileDurably } from "@icos/system";
import { askHost, vsockGuestTransport } from "@icos/vsock";
import { openClockStatus } from "../metrics/clock-status.ts";
import { guestRoutes } from "../metrics/guest-routes.ts";
import { runGuestMetrics } from "../metrics/run-guest-metrics.ts";
import { waitForAddress } from "../interface-address.ts";
import { createLayout } from "../layout.ts";

const logger = createLogger(process.stderr, { journal: true, name: "orchestrator" });
const console = createConsole(process.stdout);
const layout = createLayout();

/**
 * The boot leaves `ic.json5` out when the node's address comes by router advertisement, so as not to wait for it; then it is
 * made here, once there is an address.
 */
async function loadConfig(file: string, signal: AbortSignal): Promise<IcConfig> {
  const text = await readFileIfExists(file);
  if (text !== undefined) return parseIcConfig(text.toString(), file);
  const source = join(layout.run, "config/config.json");
  const config = parseGuestosConfig(await readFile(source, "utf8"), source);
  console.line("Waiting for an IPv6 address.");
  const rendered = renderIcConfig(config, await waitForAddress(layout, systemClock, { signal }));
  await writeFileDurably(file, rendered);
  return parseIcConfig(rendered, file);
}

/** Beside the node's life, which does not depend on it: what the host may pass on to the public. */
async function serveHost(config: IcConfig, versionFile: string, signal: AbortSignal): Promise<void> {
  const version = (await readFile(versionFile, "utf8")).trim();
  const routes = guestRoutes({ replica: config.metrics.exporter.http, version }, await openClockStatus());
  await runGuestMetrics({ routes }, { clock: systemClock, logger }, signal);
}

const stopping = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stopping.abort());

try {
  const options = parseOrchestratorOptions(process.argv.slice(2));
  const load = async (signal: AbortSignal): Promise<IcConfig> => {
    const config = await loadConfig(options.configFile, signal);
    void serveHost(config, options.versionFile, stopping.signal).catch((error: unknown) =>
      logger.log("error", "There are no metrics for the host.", { error: describeError(error) }),
    );
    return config;
  };
  const transport = vsockGuestTransport();
  const modules: OrchestratorModules = {
    loadConfig: load,
    start: startProcess,
    clock: systemClock,
    console,
    logger,
    askHost: (command, signal) => askHost(command, { transport, clock: systemClock, signal }),
  };
  await runOrchestrator(options, modules, stopping.signal);
} catch (error) {
  if (!stopping.signal.aborted) {
    const next = error instanceof IcosError && error.next !== undefined ? ` ${error.next}` : "";
    logger.log("error", "The orchestrator cannot go on.", { error: describeError(error) });
    console.line(`The orchestrator cannot go on: ${describeError(error)}${next}`);
    process.exitCode = 1;
  }
}
