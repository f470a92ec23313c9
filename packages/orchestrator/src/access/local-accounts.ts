import { join } from "node:path";
import { IcosError, readFileIfExists } from "@icos/system";
import { localRequest } from "../local-request.ts";

/** The lists of SSH keys of the machine's accounts. */
export interface AccountFiles {
  /** The account's list, one key a line; undefined when it never had one. */
  read(account: string): Promise<string | undefined>;
  /** Replaces the list. Rejects with `no-such-service` in an image without SSH. */
  replace(account: string, list: string): Promise<void>;
}

/** What the unit answers when the list is on the disk. */
const WRITTEN = "written\n";

/** The lists in `directory`, which this process may only read, written behind the socket of `provision-ssh-keys.socket`. */
export function localAccounts(socket: string, directory: string): AccountFiles {
  return {
    async read(account) {
      return (await readFileIfExists(join(directory, account)))?.toString();
    },
    async replace(account, list) {
      const answer = await localRequest(socket, `${account}\n${list}`);
      if (answer !== WRITTEN) {
        throw new IcosError(
          "ssh-keys-refused",
          `The keys of ${account} were not written: ${answer.trim() || "no reason given"}`,
        );
      }
    },
  };
}
