import type { Principal } from "@icos/certification";
import { parsePrincipal } from "./principal-text.ts";

/** Which nodes a set of firewall rules is for. */
export type FirewallScope =
  | { readonly kind: "global" }
  | { readonly kind: "replica_nodes" }
  | { readonly kind: "api_boundary_nodes" }
  | { readonly kind: "subnet"; readonly subnet: Principal }
  | { readonly kind: "node"; readonly node: Principal };

/** As keys end in it: `global`, `replica_nodes`, `api_boundary_nodes`, `subnet_ID`, `node_ID`. */
export function firewallScopeText(scope: FirewallScope): string {
  switch (scope.kind) {
    case "subnet":
      return `subnet_${scope.subnet.toText()}`;
    case "node":
      return `node_${scope.node.toText()}`;
    case "global":
    case "replica_nodes":
    case "api_boundary_nodes":
      break;
  }
  return scope.kind;
}

/** The scope that {@link firewallScopeText} makes this text of, or undefined. */
export function parseFirewallScope(text: string): FirewallScope | undefined {
  if (text === "global" || text === "replica_nodes" || text === "api_boundary_nodes") return { kind: text };
  const [, kind, id = ""] = /^(subnet|node)_(.*)$/s.exec(text) ?? [];
  const principal = parsePrincipal(id);
  if (!principal || principal.toText() !== id) return undefined;
  return kind === "subnet" ? { kind, subnet: principal } : { kind: "node", node: principal };
}
