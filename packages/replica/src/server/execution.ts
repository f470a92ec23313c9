import { describeError, IcosError, type Logger } from "@icos/system";
import { Principal, rangesContain, type CanisterRange } from "@icos/certification";
import type { CallOutcome, Canister } from "../canister.ts";
import { HttpRefusal } from "./http-refusal.ts";
import type { Target } from "./route.ts";

export type Destination =
  | { readonly kind: "canister"; readonly id: Principal; readonly canister: Canister }
  | { readonly kind: "refused"; readonly outcome: CallOutcome & { readonly kind: "reject" } };

export interface Hosting {
  readonly canisters: ReadonlyMap<string, Canister>;
  readonly ranges: readonly CanisterRange[];
  readonly subnetId: Principal;
}

/** Refuses a target that is not on this subnet (404). */
export function checkTarget(target: Target, { ranges, subnetId }: Hosting): void {
  const here = target.kind === "canister" ? rangesContain(ranges, target.id) : target.id.toText() === subnetId.toText();
  if (here) return;
  throw new HttpRefusal(
    404,
    `The ${target.kind} ${target.id.toText()} is not here: this is subnet ${subnetId.toText()}.`,
  );
}

/** Where a call or query goes; refuses (400) one whose canister is not the one it was sent to. */
export function findDestination(target: Target, canisterId: Principal, hosting: Hosting): Destination {
  checkTarget(target, hosting);
  if (canisterId.toText() === Principal.managementCanister().toText()) {
    return refuse("The management canister does not run here.");
  }
  if (target.kind === "subnet" || target.id.toText() !== canisterId.toText()) {
    throw new HttpRefusal(400, `A request to canister ${canisterId.toText()} has to be sent to that canister's path.`);
  }
  const canister = hosting.canisters.get(canisterId.toText());
  return canister
    ? { kind: "canister", id: canisterId, canister }
    : refuse(`There is no canister ${canisterId.toText()}.`);
}

function refuse(message: string): Destination {
  return { kind: "refused", outcome: { kind: "reject", code: 3, message, errorCode: "IC0301" } };
}

/** Runs canister code; an exception is a trap, told to the caller only where its text is meant for people. */
export function execute(
  run: () => CallOutcome,
  what: { readonly method: string; readonly logger: Logger },
): CallOutcome {
  try {
    return run();
  } catch (error) {
    const forPeople = error instanceof IcosError;
    what.logger.log(forPeople ? "warning" : "error", "A canister method trapped.", {
      method: what.method,
      error: describeError(error),
      ...(!forPeople && error instanceof Error && { stack: error.stack }),
    });
    const message = forPeople ? `Canister trapped: ${error.message}` : "Canister trapped.";
    return { kind: "reject", code: 5, message, errorCode: "IC0502" };
  }
}
