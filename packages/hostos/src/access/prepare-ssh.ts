import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { formatAuthorizedKeys, readAuthorizedKeys, STICK_ACCOUNTS, STICK_FILES } from "@icos/config";
import {
  ensureSshHostKey,
  makeDirectory,
  readFileIfExists,
  writeFileDurably,
  type Exec,
  type Logger,
} from "@icos/system";

export interface SshDirectories {
  /** `/boot/config` */
  readonly bootConfig: string;
  /** Where sshd looks for the keys of an account; of `/run`, owned by root. */
  readonly keys: string;
}

/**
 * Makes ready for SSH: the machine's key, and the keys of the configuration that are keys and nothing more. A line with
 * options or of another form is left out and told; the other keys count. Returns how many keys each account has.
 */
export async function prepareSsh(
  { bootConfig, keys: target }: SshDirectories,
  { exec, logger }: { readonly exec: Exec; readonly logger: Logger },
): Promise<Readonly<Record<string, number>>> {
  const key = { directory: join(bootConfig, "ssh"), scratch: join(target, ".host-key") };
  logger.log("info", `The SSH key of this host is ${await ensureSshHostKey(key, exec)}.`);
  const directory = join(bootConfig, STICK_FILES.sshKeys);
  await tellUnknown(directory, logger);
  const counts: Record<string, number> = {};
  for (const account of STICK_ACCOUNTS) {
    const file = join(directory, account);
    const { keys, wrongLines } = readAuthorizedKeys((await readFileIfExists(file))?.toString() ?? "");
    if (wrongLines.length > 0) {
      logger.log("warning", "Lines that are not an SSH public key are left out.", { file, lines: wrongLines });
    }
    await makeDirectory(target);
    if (keys.length === 0) await rm(join(target, account), { force: true });
    else await writeFileDurably(join(target, account), formatAuthorizedKeys(keys));
    counts[account] = keys.length;
  }
  return counts;
}

async function tellUnknown(directory: string, logger: Logger): Promise<void> {
  const known: readonly string[] = STICK_ACCOUNTS;
  const names = await readdir(directory).catch((): string[] => []);
  const others = names.filter((name) => !known.includes(name));
  if (others.length > 0) logger.log("warning", "Keys of accounts that a host does not have are left out.", { others });
}
