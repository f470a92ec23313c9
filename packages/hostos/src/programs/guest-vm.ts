import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createExec, createLogger, describeError, IcosError, systemClock } from "@icos/system";
import { parseGuestVmCommand } from "../guest-vm/command-line.ts";
import { readHostConfig } from "../guest-vm/config-medium.ts";
import { createConsoles } from "../guest-vm/consoles.ts";
import { readMachineFacts } from "../guest-vm/machine-facts.ts";
import { createPlaces } from "../guest-vm/places.ts";
import { planHugepages, reserveHugepages } from "../guest-vm/reserve-hugepages.ts";
import { runGuestVm } from "../guest-vm/run-guest-vm.ts";
import { createNotify } from "../guest-vm/sd-notify.ts";
import { chainForGuest, readSevState } from "../sev/sev-state.ts";

const logger = createLogger(process.stderr, { journal: true, name: "guest-vm" });

const stopping = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => stopping.abort());

try {
  const command = parseGuestVmCommand(process.argv.slice(2));
  if (command.kind === "reserve-hugepages") {
    const places = createPlaces({ type: "default", slot: 0 });
    const host = await readHostConfig(places.hostConfig);
    const variant = (await readFile(join(places.share, "variant"), "utf8")).trim() === "dev" ? "dev" : "prod";
    const wanted = planHugepages(host, variant, await readMachineFacts(places));
    const got = await reserveHugepages(places, wanted);
    logger.log(got < wanted ? "warning" : "info", "hugepages", { wanted, got });
  } else {
    const { role } = command;
    const places = createPlaces(role);
    const modules = {
      exec: createExec(),
      clock: systemClock,
      logger,
      consoles: createConsoles(places.consoles, logger),
      notify: await createNotify(process.env["NOTIFY_SOCKET"]),
      sevCertificates: async () => chainForGuest(await readSevState()),
    };
    await runGuestVm({ role, places, credentials: process.env["CREDENTIALS_DIRECTORY"] }, modules, stopping.signal);
  }
} catch (error) {
  const next = error instanceof IcosError ? error.next : undefined;
  logger.log("error", describeError(error), next === undefined ? {} : { next });
  process.exitCode = 1;
}
