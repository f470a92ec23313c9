import { IDL } from "@icp-sdk/core/candid";
import type { FirewallRulePayload, FirewallScope } from "@icos/registry";
import { IcosError } from "@icos/system";
import { type Codec, int32, nat32, opt, principal, record, text, vec } from "./codec.ts";

/** Upstream's names of the scopes, in the order of its interface file. */
const SCOPES = {
  Node: "node",
  ReplicaNodes: "replica_nodes",
  ApiBoundaryNodes: "api_boundary_nodes",
  Subnet: "subnet",
  Global: "global",
} as const satisfies Record<string, FirewallScope["kind"]>;
const NAMES = Object.keys(SCOPES) as readonly (keyof typeof SCOPES)[];

const withPrincipal = (name: keyof typeof SCOPES): boolean => name === "Node" || name === "Subnet";

const scope: Codec<FirewallScope> = {
  idl: IDL.Variant(Object.fromEntries(NAMES.map((name) => [name, withPrincipal(name) ? principal.idl : IDL.Null]))),
  shape: {
    kind: "variant",
    name: "FirewallRulesScope",
    alternatives: NAMES.map((name) => ({ name, shape: withPrincipal(name) ? principal.shape : undefined })),
  },
  read(value) {
    const [name, content] = Object.entries(value ?? {})[0] ?? [];
    switch (NAMES.find((each) => each === name)) {
      case "Node":
        return { kind: "node", node: principal.read(content) };
      case "Subnet":
        return { kind: "subnet", subnet: principal.read(content) };
      case "ReplicaNodes":
        return { kind: "replica_nodes" };
      case "ApiBoundaryNodes":
        return { kind: "api_boundary_nodes" };
      case "Global":
        return { kind: "global" };
      case undefined:
        break;
    }
    throw new IcosError("candid-mismatch", "Expected a FirewallRulesScope.");
  },
  write(value) {
    const name = NAMES.find((each) => SCOPES[each] === value.kind) ?? "Global";
    if (value.kind === "node") return { [name]: value.node };
    return { [name]: value.kind === "subnet" ? value.subnet : null };
  },
};

const rule: Codec<FirewallRulePayload> = record("FirewallRule", {
  ipv4_prefixes: vec(text),
  direction: opt(int32),
  action: int32,
  user: opt(text),
  comment: text,
  ipv6_prefixes: vec(text),
  ports: vec(nat32),
});

/** The fields of removals, and of additions and updates. */
export const firewallChange = { expected_hash: text, scope, positions: vec(int32) };
export const firewallRules = { ...firewallChange, rules: vec(rule) };
