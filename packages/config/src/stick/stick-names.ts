import { suggestion } from "../inputs/nearest.ts";
import { shownName } from "../inputs/shown.ts";
import { STICK_ACCOUNTS, STICK_FILES } from "./stick-inputs.ts";

/** What systems and file systems leave behind on every stick; nobody put it there. */
const LEFT_BEHIND =
  /^(?:lost\+found|System Volume Information|\$RECYCLE\.BIN|\.Trashes|\.Trash-\d+|\.fseventsd|\.Spotlight-V100|\.DS_Store|\._.*)$/;

export function isLeftBehind(name: string): boolean {
  return LEFT_BEHIND.test(name);
}

/** A sentence on a name at the top of the stick, or among its SSH keys, that the installer does not look at. */
export function unknownNameMessage(name: string, inside: "top" | "sshKeys"): string {
  const known = inside === "top" ? Object.values(STICK_FILES) : STICK_ACCOUNTS;
  return `The installer does not look at ${shownName(name)}.${suggestion(name, known)}`;
}
