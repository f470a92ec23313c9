import { counter, type Sample } from "@icos/system";
import type { ReplicaHealth } from "../server/options.ts";
import type { Membership } from "./membership.ts";

/** `starting` -> `healthy` <-> `waiting_for_certified_state`, with a count of each transition. */
export class HealthRecord {
  current: ReplicaHealth = "starting";
  readonly #transitions = new Map<string, { from: ReplicaHealth; to: ReplicaHealth; count: number }>();

  /** Whether it changed. */
  set({ version, listed }: Membership): boolean {
    const next = version === 0 ? "starting" : listed ? "healthy" : "waiting_for_certified_state";
    if (next === this.current) return false;
    const key = `${this.current} ${next}`;
    const known = this.#transitions.get(key) ?? { from: this.current, to: next, count: 0 };
    known.count += 1;
    this.#transitions.set(key, known);
    this.current = next;
    return true;
  }

  transitions(): Sample[] {
    return Array.from(this.#transitions.values(), ({ from, to, count }) =>
      counter("replica_http_health_status_transitions_total", "Number of changes of the health status.", count, {
        before: from,
        after: to,
      }),
    );
  }
}
