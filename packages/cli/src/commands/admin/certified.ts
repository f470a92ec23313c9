import type { Json, RegistryHistory } from "@icos/registry";
import type { CliContext } from "../../context.ts";
import type { Target } from "./target.ts";

/**
 * The whole registry, verified under its root key; says so. Also for a single key: what the registry certifies is a tree of
 * its versions, in which no key can be looked up, and `get_value` is a query that answers without a certificate.
 */
export async function readCertified(context: CliContext, { client, url }: Target): Promise<RegistryHistory> {
  const history = await client.history();
  if (context.interactive)
    context.err(`Registry version ${history.latestVersion} of ${url}, verified under its root key.\n`);
  return history;
}

/** From nanoseconds since the Unix epoch. */
export function isoTime(nanoseconds: bigint): string {
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString();
}

/** A field's value in one line. */
export function valueText(value: Json): string {
  if (value === null) return "-";
  if (typeof value === "string") return value === "" ? '""' : value;
  if (Array.isArray(value) && value.every((item) => typeof item !== "object"))
    return value.length === 0 ? "none" : value.map(String).join(" ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
