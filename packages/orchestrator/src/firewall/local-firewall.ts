import { rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IcosError, makeDirectory, readFileIfExists, writeFileDurably } from "@icos/system";
import { localRequest } from "../local-request.ts";

/** The packet filter of the machine. */
export interface Firewall {
  /** The ruleset that was put in force last in this boot, also by an earlier orchestrator. */
  inForce(): Promise<string | undefined>;
  /** Replaces the ruleset. Rejects with `firewall-refused`, and then nothing has changed. */
  replace(ruleset: string): Promise<void>;
}

/** What the unit answers after nft has taken the ruleset. */
const TAKEN = "applied\n";

/**
 * The packet filter behind the socket of `apply-firewall.socket`, whose program reads the candidate beside `file`; `file` is
 * what is in force. Both are of `/run`, so they end with the boot whose rules they are.
 */
export function localFirewall(socket: string, file: string): Firewall {
  const candidate = join(dirname(file), "candidate.conf");
  return {
    async inForce() {
      return (await readFileIfExists(file))?.toString();
    },
    async replace(ruleset) {
      await makeDirectory(dirname(file));
      await writeFileDurably(candidate, ruleset, 0o644);
      const answer = await localRequest(socket);
      if (answer !== TAKEN) {
        throw new IcosError(
          "firewall-refused",
          `The packet filter refuses the ruleset: ${answer.trim() || "no reason given"}`,
        );
      }
      await rename(candidate, file);
    },
  };
}
