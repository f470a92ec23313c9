import { gauge, type Sample } from "@icos/system";
import type { UpgradeRecord } from "../upgrade/upgrade-record.ts";

const LONGEST_REASON = 200;

/** The last upgrade of the host and what became of it; not upstream's. Nothing on a host that was never upgraded. */
export function upgradeSeries(record: UpgradeRecord | undefined): readonly Sample[] {
  if (record === undefined) return [];
  const { version, slot, outcome, installedAt } = record;
  const reason = outcome.kind === "gave-up" ? { reason: outcome.why.slice(0, LONGEST_REASON) } : {};
  return [
    gauge("hostos_upgrade_outcome", "What became of the last upgrade of HostOS.", 1, {
      version,
      slot,
      outcome: outcome.kind,
      ...reason,
    }),
    gauge("hostos_upgrade_installed_seconds", "When the last upgrade of HostOS was installed.", installedAt / 1000),
  ];
}
