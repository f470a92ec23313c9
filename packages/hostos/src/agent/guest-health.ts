import { dirname } from "node:path";
import * as v from "valibot";
import { makeDirectory, parseJson, readFileIfExists, writeFileDurably } from "@icos/system";
import { guestHealthSchema, type GuestHealth } from "@icos/vsock";

/** What the guest last said about itself, and when. Gone after a restart of the host. */
export const guestHealthFileSchema = v.object({
  ...guestHealthSchema.entries,
  /** Milliseconds since the epoch, by the host's clock. */
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

export type ReportedHealth = Readonly<v.InferOutput<typeof guestHealthFileSchema>>;

/** Where everybody on the host reads it; a link to where `host-agent` may write. */
export const GUEST_HEALTH_FILE = "/run/icos/guest-health.json";

/** Replaces the file at once; reports may come at the same time. */
export async function writeGuestHealth(file: string, health: GuestHealth, now: number): Promise<void> {
  await makeDirectory(dirname(file));
  await writeFileDurably(file, `${JSON.stringify({ ...health, at: now } satisfies ReportedHealth)}\n`);
}

/** `undefined` when the guest has not reported since the host started. Throws `guest-health-invalid`. */
export async function readGuestHealth(file = GUEST_HEALTH_FILE): Promise<ReportedHealth | undefined> {
  const text = await readFileIfExists(file);
  if (text === undefined) return undefined;
  const what = { code: "guest-health-invalid", name: "The guest's report", file };
  return parseJson(guestHealthFileSchema, text.toString(), what);
}
