import { createExec, describeError, IcosError, systemClock } from "@icos/system";
import { createLayout } from "../layout.ts";
import { networkSettingsCommand } from "../network-settings/command.ts";
import { nodeTryModules } from "../network-settings/node-modules.ts";

/** `/opt/ic/bin/network-settings` of development images; as root. */
try {
  const modules = nodeTryModules(createLayout(), { exec: createExec(), clock: systemClock });
  process.stdout.write(await networkSettingsCommand(process.argv.slice(2), modules));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  if (error instanceof IcosError && error.next !== undefined) process.stderr.write(`${error.next}\n`);
  process.exitCode = error instanceof IcosError && error.code === "usage" ? 2 : 1;
}
