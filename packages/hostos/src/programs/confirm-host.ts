import { createExec, createLogger, systemClock } from "@icos/system";
import { readGuestHealth } from "../agent/guest-health.ts";
import { readRunState } from "../guest-vm/run-state.ts";
import { createLayout } from "../layout.ts";
import { GUEST_DISK } from "../recovery/guest-disk.ts";
import { bootStateStore } from "../upgrade/boot-state-store.ts";
import { confirmHost } from "../upgrade/confirm-host.ts";
import { confirmationDeadline } from "../upgrade/confirmation-deadline.ts";
import { hasPartitionTable } from "../upgrade/guest-presence.ts";

/** Runs as root from the start of the host until the running version is confirmed or given up. */
const layout = createLayout();
const exec = createExec();
await confirmHost(layout, {
  deadlineMs: await confirmationDeadline(layout),
  store: bootStateStore(layout, exec),
  readHealth: () => readGuestHealth(),
  readGuestVm: () => readRunState(`${layout.run}/icos/guest-vm/guestos.json`),
  hasGuest: () => hasPartitionTable(GUEST_DISK),
  reboot: async () => {
    await exec.run(["systemctl", "start", "--no-block", "reboot.target"]);
  },
  clock: systemClock,
  logger: createLogger(process.stderr, { journal: true, name: "confirm-host" }),
});
