/**
 * The network services of one testnet, in a network namespace of their own. Usage: services.ts CONFIG.json
 * Reports on standard output (see `servicesMessageSchema`); ends when standard input closes or on SIGTERM.
 */
import { readFile } from "node:fs/promises";
import { describeError, IcosError, parseJson } from "@icos/system";
import { servicesConfigSchema, type ServicesMessage } from "../services-config.ts";
import { runServices } from "../services.ts";

const report = (message: ServicesMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

const asked = new Promise<undefined>((resolve) => {
  const end = (): void => resolve(undefined); // listeners get arguments, such as the signal's name
  process.stdin.on("end", end).on("close", end).on("error", end).resume();
  process.stdout.on("error", end);
  process.once("SIGTERM", end).once("SIGINT", end);
});

try {
  const [file = ""] = process.argv.slice(2);
  const what = { code: "services-config-invalid", name: "The services' configuration", file };
  const config = parseJson(servicesConfigSchema, await readFile(file, "utf8"), what);
  const starting = runServices(config, report);
  starting.catch(() => undefined);
  const services = await Promise.race([starting, asked]);
  if (services) {
    report({ kind: "ready", rootKey: services.rootKey, nnsPid: services.nnsPid });
    const lost = await Promise.race([services.lost, asked]);
    if (lost !== undefined) {
      report({ kind: "switch-lost", reason: lost });
      process.exitCode = 1;
    }
    await services.stop();
  }
  process.exit(); // what is still starting or draining ends here; children die with this process
} catch (error) {
  report({
    kind: "failed",
    code: error instanceof IcosError ? error.code : "services-failed",
    message: describeError(error),
    ...(error instanceof IcosError && error.next ? { next: error.next } : {}),
  });
  process.exitCode = 1;
  process.stdin.destroy();
}
