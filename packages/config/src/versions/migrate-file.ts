import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IcosError, readFileIfExists, writeFileDurably } from "@icos/system";
import { BOOTSTRAP_FILES } from "../bootstrap-files.ts";
import { formatObject, OPERATOR_KEY_PATH, parseJsonQuietly } from "../objects/read-object.ts";
import { withSecretForUpstream } from "../objects/secret-fields.ts";
import type { Secret } from "../secret.ts";
import { migrateDocument, type Migration } from "./migrate.ts";

/** What a migration needs of a file system. A write replaces the file whole, and is durable when it returns. */
export interface MigrationFiles {
  read(path: string): Promise<{ readonly content: Buffer; readonly mode: number } | undefined>;
  write(path: string, content: Uint8Array, mode: number): Promise<void>;
}

export const systemFiles: MigrationFiles = {
  read: async (path) => {
    const content = await readFileIfExists(path);
    return content && { content, mode: (await stat(path)).mode & 0o777 };
  },
  write: writeFileDurably,
};

export interface FileMigration extends Migration {
  /** The file already said this; nothing was to be written. */
  readonly unchanged: boolean;
  /** Where the file's old content is kept. */
  readonly previous: string;
  /** Where the operator's key goes because the new version has no field for it. */
  readonly keyFile: string | undefined;
}

/**
 * Brings a configuration file into another version. The old content is kept beside it, and the file is replaced last, by
 * a rename: whatever fails before, and a crash at any moment, leaves the old file in force.
 */
export async function migrateFile(
  path: string,
  { to, dryRun = false }: { readonly to: string; readonly dryRun?: boolean },
  files: MigrationFiles = systemFiles,
): Promise<FileMigration> {
  const old = await files.read(path);
  if (old === undefined) throw new IcosError("no-such-file", `There is no file ${path}.`, { place: { file: path } });
  const text = old.content.toString("utf8");
  const what = { code: "not-a-config-object", name: "The configuration", next: "The file is left as it was." };
  const document = parseJsonQuietly(what, text, path);
  const besidePath = join(dirname(path), BOOTSTRAP_FILES.operatorKey);
  const beside = await files.read(besidePath);
  const migration = migrateDocument(document, { to, file: path, operatorKeyBeside: beside !== undefined });
  const { operatorKey, keyHasField } = migration;
  const newText = textOf(migration);
  const result: FileMigration = {
    ...migration,
    unchanged: migration.from === to && newText === text,
    previous: `${path}.previous`,
    keyFile: operatorKey && !keyHasField ? besidePath : undefined,
  };
  if (operatorKey && result.keyFile !== undefined) refuseOtherKey(operatorKey, beside?.content, besidePath);
  if (dryRun || result.unchanged) return result;
  await files.write(result.previous, old.content, old.mode);
  if (operatorKey && result.keyFile !== undefined && beside === undefined)
    await files.write(result.keyFile, operatorKey.reveal(), 0o600);
  await files.write(path, Buffer.from(newText), old.mode);
  return result;
}

function textOf({ document, operatorKey, keyHasField }: Migration): string {
  const whole = operatorKey && keyHasField ? withSecretForUpstream(document, OPERATOR_KEY_PATH, operatorKey) : document;
  return formatObject(whole);
}

/** Two keys, and no way to know which one is meant. */
function refuseOtherKey(inside: Secret, beside: Buffer | undefined, path: string): void {
  if (beside === undefined || beside.equals(inside.reveal())) return;
  throw new IcosError("operator-key-differs", `The operator's key inside the object is another one than in ${path}.`, {
    next: "Find out which one is right and remove the other; the object is left as it was.",
    place: { file: path },
  });
}
