import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { IcosError } from "./errors.ts";
import type { Layout } from "./os-layout.ts";

/** What the image says about itself in `/opt/ic/share/variant`. */
export type Variant = "prod" | "dev";

/** @throws IcosError `unknown-variant` */
export async function readVariant({ share }: Pick<Layout, "share">): Promise<Variant> {
  const file = join(share, "variant");
  const variant = (await readFile(file, "utf8")).trim();
  if (variant === "prod" || variant === "dev") return variant;
  throw new IcosError("unknown-variant", `The image says that its variant is ${JSON.stringify(variant)}.`, {
    place: { file },
  });
}
