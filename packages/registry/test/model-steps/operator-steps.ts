import * as fc from "fast-check";
import { OPERATOR, OTHER_OPERATOR, PROVIDER } from "../network.ts";
import { step, type Step } from "./step.ts";
import { HOUR, OPERATORS, SUCCESSOR } from "./values.ts";

export const operatorSteps = [
  fc.tuple(fc.constantFrom(...OPERATORS), fc.nat(4)).map(([node_operator_id, allowance]) =>
    step(
      "update_node_operator_config",
      { node_operator_id, node_allowance: BigInt(allowance), rewardable_nodes: [] },
      ({ operators }) => {
        if (!(node_operator_id.toText() in operators)) return false;
        operators[node_operator_id.toText()] = allowance;
        return true;
      },
    ),
  ),
  fc
    .constantFrom([OPERATOR, SUCCESSOR] as const, [SUCCESSOR, OPERATOR] as const, [OPERATOR, OTHER_OPERATOR] as const)
    .map(([from, to]): Step => {
      const [old, next] = [from.toText(), to.toText()];
      return {
        name: "migrate_node_operator_directly",
        expect({ operators, nodes }) {
          if (!(old in operators) || to === OTHER_OPERATOR) return false;
          operators[next] = (operators[next] ?? 0) + (operators[old] ?? 0);
          delete operators[old];
          for (const record of Object.values(nodes)) if (record.operator === old) record.operator = next;
          return true;
        },
        call(network) {
          network.time += 13n * HOUR;
          const payload = { old_node_operator_id: from, new_node_operator_id: to };
          return network.try("migrate_node_operator_directly", payload, PROVIDER);
        },
      };
    }),
];
