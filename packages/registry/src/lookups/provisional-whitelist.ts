import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { ProvisionalWhitelist_ListType, ProvisionalWhitelistSchema } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { malformed, principalOf, recordAt } from "./record-at.ts";

export type AllowedPrincipals =
  | { readonly kind: "all" }
  | { readonly kind: "set"; readonly principals: readonly Principal[] };

/** Who may create canisters with provisional cycles. Upstream: `get_provisional_whitelist`. */
export function getProvisionalWhitelist(registry: RegistryReader, version: number): AllowedPrincipals | undefined {
  const key = registryKey.provisionalWhitelist;
  const record = recordAt(registry, ProvisionalWhitelistSchema, key, version);
  if (!record) return undefined;
  if (record.listType === ProvisionalWhitelist_ListType.ALL) return { kind: "all" };
  if (record.listType !== ProvisionalWhitelist_ListType.SET) throw malformed(key, "a list of a kind that is not known");
  return { kind: "set", principals: record.set.map(({ raw }) => principalOf({ principalId: { raw } }, key)) };
}
