import { createHash } from "node:crypto";
import { encodeRecord, FirewallAction, type FirewallRulePayload, FirewallRuleSchema } from "../src/index.ts";

/** A rule that is known by its comment. */
export function ruleOf(comment: string): FirewallRulePayload {
  return { ipv4_prefixes: [], ipv6_prefixes: ["2001:db8::/32"], ports: [22], action: 1, comment };
}

/** The hash of such rules, as a reviewer computes it: from their bytes one after the other. */
export function hashOfComments(comments: readonly string[]): string {
  const hash = createHash("sha256");
  for (const comment of comments) {
    const { ipv6_prefixes, ports } = ruleOf(comment);
    const rule = { ipv6Prefixes: [...ipv6_prefixes], ports: [...ports], action: FirewallAction.ALLOW, comment };
    hash.update(encodeRecord(FirewallRuleSchema, rule));
  }
  return hash.digest("hex").toUpperCase();
}
