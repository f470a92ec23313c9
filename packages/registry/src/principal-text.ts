import { Principal } from "@icos/certification";

/** A principal from its textual form, or undefined. */
export function parsePrincipal(text: string): Principal | undefined {
  try {
    return Principal.fromText(text);
  } catch {
    return undefined;
  }
}
