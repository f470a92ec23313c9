import { IcosError } from "@icos/system";

const FORM = /^[0-9A-Za-z]{6}(-[0-9A-Za-z]{4}){5}-[0-9A-Za-z]{6}$/;
const GROUPS = [6, 4, 4, 4, 4, 4, 6];

/** LVM2's own form of identifiers: 32 letters and digits, printed in groups of 6-4-4-4-4-4-6. */
export function isLvmUuid(text: string): boolean {
  return FORM.test(text);
}

/** The 32 characters as a label holds them. Throws `lvm-uuid-invalid`. */
export function packLvmUuid(uuid: string): string {
  if (!isLvmUuid(uuid)) throw new IcosError("lvm-uuid-invalid", `${JSON.stringify(uuid)} is not an LVM identifier.`);
  return uuid.replaceAll("-", "");
}

/** The printed form of 32 characters; what is not an identifier keeps its characters, so that it can be shown. */
export function unpackLvmUuid(packed: string): string {
  let at = 0;
  return GROUPS.map((length) => packed.slice(at, (at += length))).join("-");
}
