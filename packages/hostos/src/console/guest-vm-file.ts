import { readRunState } from "../guest-vm/run-state.ts";
import type { GuestVm } from "./situation.ts";
import type { UnitState } from "./unit-states.ts";
import { guestVmOf } from "./vm-facts.ts";

/** How the guest's virtual machine is doing, by the file of its runner. */
export function guestVmFrom(file: string): (unit: UnitState | undefined) => Promise<GuestVm> {
  return async (unit) => guestVmOf(await readRunState(file).catch(() => undefined), unit);
}
