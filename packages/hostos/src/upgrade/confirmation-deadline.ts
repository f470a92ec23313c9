import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readFileIfExists } from "@icos/system";
import type { Layout } from "../layout.ts";
import { CONFIRMATION_DEADLINE_MS } from "./plan-confirmation.ts";

/** In seconds; for tests of the way back. */
export const DEADLINE_FILE = "dev_confirmation_deadline";

/**
 * How long a new version has, in milliseconds. A development image can be given less by a file beside the configuration, and
 * never more; a production image does not look.
 */
export async function confirmationDeadline({
  share,
  bootConfig,
}: Pick<Layout, "share" | "bootConfig">): Promise<number> {
  const variant = (await readFile(join(share, "variant"), "utf8")).trim();
  if (variant !== "dev") return CONFIRMATION_DEADLINE_MS;
  const text = (await readFileIfExists(join(bootConfig, DEADLINE_FILE)))?.toString().trim() ?? "";
  return /^[1-9]\d{0,3}$/.test(text)
    ? Math.min(Number(text) * 1_000, CONFIRMATION_DEADLINE_MS)
    : CONFIRMATION_DEADLINE_MS;
}
