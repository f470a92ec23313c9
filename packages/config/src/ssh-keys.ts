import { IcosError } from "@icos/system";

/** Accounts that may have authorised keys (upstream `setup-ssh-user-keys-guestos`). */
export const SSH_ACCOUNTS = ["admin", "backup", "readonly", "recovery"] as const;
export type SshAccount = (typeof SSH_ACCOUNTS)[number];

/** Directory of the bootstrap medium and of `/boot/config` with one file of keys for each account. */
export const SSH_KEYS_DIRECTORY = "accounts_ssh_authorized_keys";

const KEY =
  /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{16,}={0,2}(?: [\x21-\x7e\x80-\uffff ]*)?$/;

/** What an `authorized_keys` file holds, one key each, and the numbers of the lines that are none. */
export interface AuthorizedKeys {
  readonly keys: readonly string[];
  readonly wrongLines: readonly number[];
}

/**
 * Reads an `authorized_keys` file. Comments and empty lines are dropped. A line with options (`command="…"`) or of an
 * unknown form is wrong: a configuration does not widen what a key may do.
 */
export function readAuthorizedKeys(text: string): AuthorizedKeys {
  const keys: string[] = [];
  const wrongLines: number[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const entry = line.trim();
    if (entry === "" || entry.startsWith("#")) continue;
    if (isSshPublicKey(entry)) keys.push(entry);
    else wrongLines.push(index + 1);
  }
  return { keys, wrongLines };
}

/** The keys of a file in which every line must be one; the first that is not is refused by its number. */
export function parseAuthorizedKeys(text: string, file: string): readonly string[] {
  const { keys, wrongLines } = readAuthorizedKeys(text);
  const [line] = wrongLines;
  if (line === undefined) return keys;
  throw new IcosError("invalid-ssh-key", `Line ${line} is not an SSH public key.`, {
    next: "Write one public key a line, as `ssh-keygen` prints it, without options.",
    place: { file, line },
  });
}

export function formatAuthorizedKeys(keys: readonly string[]): string {
  return keys.map((key) => `${key}\n`).join("");
}

/** Whether a text is one SSH public key without options: the form of the line, and inside the key a list of strings that begins with its type and ends where it ends. */
export function isSshPublicKey(entry: string): boolean {
  const [type, base64 = ""] = KEY.test(entry) ? entry.split(" ") : [];
  const key = Buffer.from(base64, "base64");
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 4 <= key.length) {
    const end = at + 4 + key.readUInt32BE(at);
    if (end > key.length) return false;
    parts.push(key.subarray(at + 4, end));
    at = end;
  }
  return at === key.length && parts.length >= 2 && parts[0]?.toString("latin1") === type;
}
