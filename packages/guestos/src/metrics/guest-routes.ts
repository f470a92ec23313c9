import type { FilterAction, FilterRule, ProxyRoute } from "@icos/metrics";
import { MetricsPage } from "@icos/system";
import type { ClockStatus } from "./clock-status.ts";

const keep: readonly FilterAction[] = [{ kind: "keep" }];

/** What the host may pass on of a replica's metrics: upstream's list (`metrics-proxy/guestos`), how consensus goes. */
const REPLICA_RULES: readonly FilterRule[] = [
  { name: /^.*$/s, actions: [{ kind: "drop" }] },
  { name: /^artifact_pool_consensus_height_stat$/, actions: keep },
  { name: /^mr_blocks_proposed_total$/, actions: keep },
  { name: /^mr_blocks_not_proposed_total$/, actions: keep },
];

export interface GuestPagesOptions {
  /** Where the replica serves its metrics, `ADDRESS:PORT`. */
  readonly replica: string;
  /** Of GuestOS. */
  readonly version: string;
}

/**
 * The two pages that a guest has for its host. Of node_exporter's series upstream shows two, which this process knows
 * itself, so there is no node_exporter.
 */
export function guestRoutes({ replica, version }: GuestPagesOptions, clockStatus: ClockStatus): readonly ProxyRoute[] {
  return [
    {
      path: "/metrics/guestos_replica",
      source: { kind: "filtered", url: `http://${replica}/metrics`, rules: REPLICA_RULES },
    },
    {
      path: "/metrics/guestos_node_exporter",
      source: { kind: "own", page: () => machinePage(version, clockStatus) },
    },
  ];
}

function machinePage(version: string, clockStatus: ClockStatus): string {
  const page = new MetricsPage();
  page.gauge("guestos_version", "Version of GuestOS.", { labelled: true }).set(1, { version });
  page
    .gauge("node_timex_sync_status", "Is clock synchronized to a reliable server (1 = yes, 0 = no).")
    .set(clockStatus() ? 1 : 0);
  return page.render();
}
