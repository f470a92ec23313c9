import { parseJson5, parsePrepPlan } from "../../../packages/bootstrap/src/plan.ts";
import { textOf, unlessRefused } from "../harness/refusal.ts";

export function fuzz(data: Uint8Array): void {
  unlessRefused(() => parsePrepPlan(parseJson5(textOf(data), "The plan")));
}
