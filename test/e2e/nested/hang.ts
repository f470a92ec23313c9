/**
 * Makes a machine hang, as who is root in it: its systemd stands still, and feeds no watchdog any more. Not by a crash, after
 * which the watchdog is inactive.
 */
export const HANG = "echo 1 > /sys/fs/cgroup/init.scope/cgroup.freeze";
