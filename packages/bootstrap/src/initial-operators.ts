import type { Principal } from "@icos/certification";
import type { NnsInitInput } from "@icos/nns";
import type { PreparedNode } from "./initial-registry.ts";
import type { PrepPlan } from "./plan.ts";

/** Upstream's factor: how many nodes an operator may have for each that it begins with. */
const ALLOWANCE_PER_NODE = 40;

type Operator = NonNullable<NnsInitInput["operators"]>[number];

/**
 * The operators that the plan lists, as listed; then those of its nodes, with room for more of them, first the initial one,
 * also when it has none.
 */
export function initialOperators(
  plan: PrepPlan,
  nodes: readonly PreparedNode[],
  initial: Principal | undefined,
): Operator[] {
  const listed = plan.node_operators.map(
    ({ principal, provider = principal, data_center: dataCenter, node_allowance: allowance }): Operator => ({
      principal: principal.toText(),
      provider: provider.toText(),
      dataCenter,
      allowance,
    }),
  );
  const known = new Set(listed.map(({ principal }) => principal));
  const others = new Set([...(initial ? [initial] : []), ...nodes.map(({ operator }) => operator)].map(String));
  const made = [...others.difference(known)].map((operator): Operator => {
    const isInitial = operator === initial?.toText();
    const own = nodes.filter((node) => node.operator.toText() === operator).length;
    const allowance = (isInitial ? nodes.length : own) * ALLOWANCE_PER_NODE;
    const provider = (isInitial ? plan.initial_node_provider?.toText() : undefined) ?? operator;
    return { principal: operator, provider, dataCenter: "", allowance, maxRewardableNodes: { "type3.1": allowance } };
  });
  return [...listed, ...made];
}
