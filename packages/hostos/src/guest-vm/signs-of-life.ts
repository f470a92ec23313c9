import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { readGuestHealth } from "../agent/guest-health.ts";
import type { GuestVmRole } from "./identity.ts";
import type { GuestVmPlaces } from "./places.ts";

/** Less than a line of a console. */
const NO_ROOM_BYTES = 4096;

/**
 * Whether a guest whose serial log does not grow may be at work all the same: the log has no room, or it is the guest that has
 * commands and it has reported since `since` (milliseconds since the epoch).
 */
export async function mayBeAtWork(
  role: GuestVmRole,
  { serialLog, guestHealth }: Pick<GuestVmPlaces, "serialLog" | "guestHealth">,
  since: number,
): Promise<boolean> {
  const { bavail, bsize } = await statfs(dirname(serialLog));
  if (bavail * bsize < NO_ROOM_BYTES) return true;
  if (role.type !== "default" || role.slot !== 0) return false;
  const health = await readGuestHealth(guestHealth).catch(() => undefined);
  return health !== undefined && health.at > since;
}
