import { access, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** The text of a file, given the parts of its path. */
export const read = (...path: string[]): Promise<string> => readFile(join(...path), "utf8");

/** Permissions in octal. */
export const mode = async (...path: string[]): Promise<string> =>
  ((await stat(join(...path))).mode & 0o777).toString(8);

export const exists = (...path: string[]): Promise<boolean> =>
  access(join(...path)).then(
    () => true,
    () => false,
  );
