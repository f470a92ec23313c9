import { writeFile } from "node:fs/promises";
import { bootStateOf, parseGrubenv } from "@icos/slots";
import { readFileIfExists } from "@icos/system";

export interface ConfirmBootOptions {
  /** `/boot/grub/grubenv`; this process can read it, and only root can write it. */
  readonly grubenv: string;
  /** The file whose appearance makes the root's unit confirm the boot. */
  readonly request: string;
}

/**
 * Asks for the running slot to be confirmed, unless it is. From then on an upgrade is kept; without it the next boot
 * falls back.
 */
export async function requestBootConfirmation(options: ConfirmBootOptions): Promise<"already-stable" | "requested"> {
  const block = await readFileIfExists(options.grubenv);
  if (block !== undefined && bootStateOf(parseGrubenv(block, options.grubenv), options.grubenv).cycle === "stable") {
    return "already-stable";
  }
  await writeFile(options.request, "confirm\n", { mode: 0o644 });
  return "requested";
}
