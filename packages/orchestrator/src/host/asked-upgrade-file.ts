import { rm } from "node:fs/promises";
import { parseJson, readFileIfExists, writeFileDurably } from "@icos/system";
import { askedUpgradeSchema, type AskedUpgrade } from "./plan-host-upgrade.ts";

/** Where a node remembers, over restarts, what it has asked its host to install. */
export interface AskedUpgradeFile {
  /** `undefined` when nothing was asked, or the file is damaged: then the host is asked once more. */
  read(): Promise<AskedUpgrade | undefined>;
  write(asked: AskedUpgrade): Promise<void>;
  remove(): Promise<void>;
}

export function askedUpgradeFile(file: string): AskedUpgradeFile {
  return {
    async read() {
      const text = await readFileIfExists(file);
      if (text === undefined) return undefined;
      try {
        const what = { code: "asked-upgrade-invalid", name: "What the host was asked for", file };
        return parseJson(askedUpgradeSchema, text.toString(), what);
      } catch {
        return undefined;
      }
    },
    write: (asked) => writeFileDurably(file, `${JSON.stringify(asked)}\n`),
    remove: () => rm(file, { force: true }),
  };
}
