import { gauge, type Sample } from "@icos/system";

/** What is known of one guest of the host. */
export interface GuestReport {
  /** Name of its VM: `guestos`, and with several guests also `guestos1`, … */
  readonly vm: string;
  /** Absent: its runner has not said anything since the host started. */
  readonly state: "absent" | "running" | "stopped";
}

/** Upstream's numbers, for the states that a VM of libvirt has. */
const STATE_NUMBER = { running: 0, absent: 1, stopped: 2 } as const;

/** A series for each guest that the host should have, whether it has it or not. */
export function guestSeries(reports: readonly GuestReport[]): readonly Sample[] {
  return reports.map(({ vm, state }) =>
    gauge("hostos_guestos_state", "GuestOS VM: 0 runs, 1 not defined, 2 does not run.", STATE_NUMBER[state], { vm }),
  );
}
