import { IcosError } from "@icos/system";

/** Accounts that may have authorised keys (upstream `setup-ssh-user-keys-guestos`). */
export const SSH_ACCOUNTS = ["admin", "backup", "readonly", "recovery"] as const;
export type SshAccount = (typeof SSH_ACCOUNTS)[number];

/** Directory of the bootstrap medium and of `/boot/config` with one file of keys for each account. */
export const SSH_KEYS_DIRECTORY = "accounts_ssh_authorized_keys";

const KEY =
  /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{16,}={0,2}(?: [\x21-\x7e\x80-\uffff ]*)?$/;

/**
 * The keys of an `authorized_keys` file, one each. Comments and empty lines are dropped. A line with options
 * (`command="…"`) or of an unknown form is refused by number: a configuration does not widen what a key may do.
 */
export function parseAuthorizedKeys(text: string, file: string): readonly string[] {
  const keys: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const entry = line.trim();
    if (entry === "" || entry.startsWith("#")) continue;
    if (!KEY.test(entry)) {
      throw new IcosError("invalid-ssh-key", `Line ${index + 1} is not an SSH public key.`, {
        next: "Write one public key a line, as `ssh-keygen` prints it, without options.",
        place: { file, line: index + 1 },
      });
    }
    keys.push(entry);
  }
  return keys;
}

export function formatAuthorizedKeys(keys: readonly string[]): string {
  return keys.map((key) => `${key}\n`).join("");
}
