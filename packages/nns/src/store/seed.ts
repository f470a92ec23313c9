import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { IcosError, readFileIfExists, writeFileDurably } from "@icos/system";

const SEED_BYTES = 32;

export const ROOT_KEY_FILE = "root_key.seed";
export const NODE_KEY_FILE = "node_key.seed";

/**
 * A secret of the data directory, made on first use: 32 random bytes in a file of mode 0600.
 * @throws IcosError `nns-secret-unsafe` when others may read the file, or it is not of this form
 */
export async function loadOrMakeSeed(directory: string, name: string): Promise<Uint8Array> {
  const seed = await loadSeed(directory, name);
  if (seed) return seed;
  const made = randomBytes(SEED_BYTES);
  await writeFileDurably(join(directory, name), made, 0o600);
  return made;
}

/** The secret when it is there. @throws IcosError `nns-secret-unsafe` */
export async function loadSeed(directory: string, name: string): Promise<Uint8Array | undefined> {
  const path = join(directory, name);
  const seed = await readFileIfExists(path);
  if (!seed) return undefined;
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    throw new IcosError("nns-secret-unsafe", `${path} may be read by others.`, {
      next: `Run chmod 600 ${path}.`,
      place: { file: path },
    });
  }
  if (seed.length !== SEED_BYTES) {
    throw new IcosError("nns-secret-unsafe", `${path} does not hold ${SEED_BYTES} bytes.`, { place: { file: path } });
  }
  return seed;
}
