import * as v from "valibot";

/** Everything that a program without rights can have the host do, apart from what has a root program of its own. */
export const HOST_ACTIONS = [
  /** Stop the guest's machine in order, and start it. */
  "restart-guestos",
  /** Start the machine that upgrades a guest of the other slot; one that runs is started anew. */
  "restart-upgrade-guestos",
  /** Install the version of HostOS that the agent has downloaded, to be booted next. */
  "install-upgrade",
  /** Restart the host, now. */
  "reboot",
  /** Restart the host in a minute. */
  "reboot-soon",
] as const;

export type HostAction = (typeof HOST_ACTIONS)[number];

/** What is sent to the socket. */
export const hostActionRequestSchema = v.strictObject({ action: v.picklist(HOST_ACTIONS) });
