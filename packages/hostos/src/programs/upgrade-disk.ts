import { createExec, createLogger, describeError, IcosError, runPhases, systemClock } from "@icos/system";
import { CREATE_UPGRADE_DISK, removeUpgradeDisk } from "../guest-vm/upgrade-disk/upgrade-disk.ts";

/** Runs as root: makes (`create`) and removes (`remove`) the disk of the upgrade VM. */
const logger = createLogger(process.stderr, { journal: true, name: "upgrade-disk" });
const context = {
  exec: createExec(),
  clock: systemClock,
  dev: "/dev",
  device: "/dev/hostlvm/guestos",
  run: process.env["RUNTIME_DIRECTORY"] ?? "/run/upgrade-disk",
};

try {
  const [command] = process.argv.slice(2);
  if (command === "create") await runPhases(CREATE_UPGRADE_DISK, context);
  else if (command === "remove") await removeUpgradeDisk(context);
  else throw new IcosError("usage", "Use: create, or remove.");
} catch (error) {
  const next = error instanceof IcosError ? error.next : undefined;
  logger.log("error", describeError(error), next === undefined ? {} : { next });
  process.exitCode = 1;
}
