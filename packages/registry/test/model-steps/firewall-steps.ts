import * as fc from "fast-check";
import type { FirewallScope } from "../../src/index.ts";
import { hashOfComments, ruleOf } from "../firewall-rules.ts";
import type { Step } from "./step.ts";
import { id } from "./values.ts";

const scopes: fc.Arbitrary<FirewallScope> = fc.oneof(
  fc.constant({ kind: "global" } as const),
  id.map((each) => ({ kind: "node", node: each }) as const),
);
const scopeText = (scope: FirewallScope): string =>
  scope.kind === "node" ? `node_${scope.node.toText()}` : scope.kind;

/** A change of rules whose hash is the one that the model expects. */
function firewallStep(
  method: "add_firewall_rules" | "remove_firewall_rules" | "update_firewall_rules",
  scope: FirewallScope,
  comments: readonly string[],
  positions: readonly number[],
  change: (old: readonly string[]) => readonly string[] | undefined,
): Step {
  let expected: readonly string[] | undefined;
  return {
    name: method,
    expect(model) {
      const key = scopeText(scope);
      expected = change(model.firewall[key] ?? []);
      if (!expected || (scope.kind === "node" && !(scope.node.toText() in model.nodes) && expected.length > 0)) {
        return false;
      }
      if (expected.length > 0) model.firewall[key] = expected;
      else delete model.firewall[key];
      return true;
    },
    call(network) {
      const expected_hash = hashOfComments(expected ?? []);
      return network.try(method, { scope, expected_hash, positions, rules: comments.map(ruleOf) });
    },
  };
}

const positions = fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 2 });
const comments = (count: number): string[] => ["x", "y"].slice(0, count);
export const firewallSteps = [
  fc.tuple(scopes, positions).map(([scope, at]) =>
    firewallStep("add_firewall_rules", scope, comments(at.length), at, (old) => {
      if (at.some((position) => position < 0 || position > old.length)) return undefined;
      // Before each old rule, and at the end, what was put there.
      return [...old, undefined].flatMap((rule, index) => [
        ...comments(at.length).filter((_, which) => at[which] === index),
        ...(rule === undefined ? [] : [rule]),
      ]);
    }),
  ),
  fc
    .tuple(scopes, positions)
    .map(([scope, at]) =>
      firewallStep("remove_firewall_rules", scope, [], at, (old) =>
        at.every((position) => position in old) ? old.filter((_, index) => !at.includes(index)) : undefined,
      ),
    ),
  fc.tuple(scopes, positions).map(([scope, at]) =>
    firewallStep("update_firewall_rules", scope, comments(at.length), at, (old) => {
      if (!at.every((position) => position in old)) return undefined;
      return old.map((rule, index) => comments(at.length).findLast((_, which) => at[which] === index) ?? rule);
    }),
  ),
];
