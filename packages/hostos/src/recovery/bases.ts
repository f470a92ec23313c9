import { IcosError, parseJson, readFileIfExists } from "@icos/system";
import * as v from "valibot";

/** Upstream's servers, in the order in which they are asked. */
export const DEFAULT_BASES: readonly string[] = [
  "https://download.dfinity.systems",
  "https://download.dfinity.network",
];

const baseSchema = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, "is not the URL of a server"),
  v.transform((url) => url.replace(/\/+$/, "")),
);
const fileSchema = v.strictObject({ download_bases: v.pipe(v.array(baseSchema), v.minLength(1), v.maxLength(10)) });

/**
 * Where images are downloaded from: `file` (`/boot/config/recovery.json`, `{"download_bases": ["https://…"]}`) if it is
 * there, otherwise {@link DEFAULT_BASES}. Only development images go without encryption. Throws `bad-recovery-settings`.
 */
export async function readBases(file: string, variant: "prod" | "dev"): Promise<readonly string[]> {
  const text = await readFileIfExists(file);
  if (text === undefined) return DEFAULT_BASES;
  const what = { code: "bad-recovery-settings", name: "The recovery settings", file };
  const { download_bases: bases } = parseJson(fileSchema, text.toString(), what);
  const plain = bases.filter((base) => !base.startsWith("https:"));
  if (variant === "dev" || plain.length === 0) return bases;
  throw new IcosError(what.code, `The recovery settings have servers without HTTPS: ${plain.join(", ")}.`, {
    next: "Name servers with https:// only.",
    place: { file, key: "download_bases" },
  });
}

export function updateImageUrl(base: string, version: string): string {
  return `${base}/ic/${version}/guest-os/update-img-recovery/update-img.tar.zst`;
}

export function recoveryArtefactUrl(base: string, hash: string): string {
  return `${base}/recovery/${hash}/recovery.tar.zst`;
}
