import { IcosError } from "@icos/system";

/** The text of a message; throws `what.code` when it is not UTF-8. */
export function messageText(bytes: Uint8Array, what: { readonly code: string; readonly name: string }): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new IcosError(what.code, `${what.name} is not UTF-8.`, { cause });
  }
}
