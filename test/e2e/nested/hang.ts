/**
 * Makes a machine hang, as who is root in it: its systemd crashes, stands still instead of restarting the machine, and feeds no
 * watchdog any more.
 */
export const HANG = [
  "mkdir -p /run/systemd/system.conf.d",
  "printf '[Manager]\\nCrashAction=freeze\\n' > /run/systemd/system.conf.d/99-hang.conf",
  "systemctl daemon-reexec",
  "kill -SEGV 1",
].join(" && ");
