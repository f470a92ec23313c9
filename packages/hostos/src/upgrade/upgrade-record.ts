import { join } from "node:path";
import type { BootState, Slot } from "@icos/slots";
import { parseJson, readFileIfExists, writeFileDurably } from "@icos/system";
import * as v from "valibot";
import type { Layout } from "../layout.ts";

const time = v.pipe(v.number(), v.safeInteger());

/** The last upgrade of this host and what became of it. Both slots see it: it tells the old version why the new one is gone. */
export const upgradeRecordSchema = v.strictObject({
  format: v.literal(1),
  version: v.string(),
  /** Of the update image. */
  sha256: v.string(),
  /** That it was installed to. */
  slot: v.picklist(["A", "B"]),
  /** Milliseconds since the epoch, like all times here. */
  installedAt: time,
  outcome: v.variant("kind", [
    /** For its first boot. */
    v.strictObject({ kind: v.literal("waits") }),
    /** It runs, and its guest has not yet shown that it works. */
    v.strictObject({ kind: v.literal("on-trial") }),
    v.strictObject({ kind: v.literal("confirmed"), at: time, why: v.string() }),
    /** The host is, or will be with its next boot, in the slot before. */
    v.strictObject({ kind: v.literal("gave-up"), at: time, why: v.string() }),
  ]),
});
export type UpgradeRecord = Readonly<v.InferOutput<typeof upgradeRecordSchema>>;

export function upgradeRecordPath({ bootConfig }: Pick<Layout, "bootConfig">): string {
  return join(bootConfig, "hostos-upgrade.json");
}

/** A copy for the console, which may not look at the configuration's volume. */
export function publishedRecordPath({ run }: Pick<Layout, "run">): string {
  return join(run, "icos/hostos-upgrade.json");
}

/** `undefined` when this host was never upgraded. Throws `upgrade-record-invalid`. */
export async function readUpgradeRecord(file: string): Promise<UpgradeRecord | undefined> {
  const text = await readFileIfExists(file);
  if (text === undefined) return undefined;
  const what = { code: "upgrade-record-invalid", name: "The record of the last upgrade of HostOS", file };
  return parseJson(upgradeRecordSchema, text.toString(), what);
}

/** For everybody to read: there is no secret in it. */
export async function writeUpgradeRecord(file: string, record: UpgradeRecord): Promise<void> {
  await writeFileDurably(file, `${JSON.stringify(record)}\n`, 0o644);
}

/** What a boot makes of the record: that the new version is on trial, or that the host is back in the old slot. Pure. */
export function recordAtBoot(
  record: UpgradeRecord,
  { running, state, now }: { readonly running: Slot; readonly state: BootState; readonly now: number },
): UpgradeRecord {
  const { kind } = record.outcome;
  if (kind !== "waits" && kind !== "on-trial") return record;
  if (record.slot === running) return kind === "waits" ? { ...record, outcome: { kind: "on-trial" } } : record;
  // waits, on-trial -> gave-up; in any other state the boot loader has yet to start the new version.
  if (state.cycle !== "stable") return record;
  const why =
    kind === "waits"
      ? "it did not come up, and could not say why: see what the machine has printed"
      : "the machine restarted before it was confirmed";
  return { ...record, outcome: { kind: "gave-up", at: now, why } };
}
