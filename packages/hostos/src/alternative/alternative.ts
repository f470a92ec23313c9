import {
  bootStateOf,
  otherSlot,
  parseGrubenv,
  serializeGrubenv,
  withBootState,
  type BootState,
  type Grubenv,
  type GrubenvStore,
  type Slot,
} from "@icos/slots";
import { describeError, IcosError } from "@icos/system";
import type { HeldDisk } from "../recovery/guest-disk.ts";
import type { Progress } from "../root-service/messages.ts";

export interface AlternativeModules {
  /** Throws while something else is done to the guest. */
  readonly requireNoRecovery: () => Promise<void>;
  /** The `grubenv` on the guest's disk, to be read. */
  readonly openGrubenv: () => Promise<Pick<GrubenvStore, "name" | "read">>;
  /** The guest's disk, taken when the guest has stopped. */
  readonly holdDisk: () => Promise<HeldDisk>;
  /** Throws when there is nothing in the slot that could be started. */
  readonly requireBootable: (slot: Slot) => Promise<void>;
  /** Takes back, with undefined, a recovery hash that no start of the guest has used. */
  readonly handOver: (recoveryHash: undefined) => Promise<void>;
  readonly guest: {
    stop(): Promise<void>;
    start(): Promise<void>;
  };
}

/** What the guest's disk says it boots; undefined when it says nothing. */
export async function showAlternative({ openGrubenv }: Pick<AlternativeModules, "openGrubenv">) {
  return stateOf(await read(await openGrubenv()));
}

/**
 * Has GuestOS start from `target`, or from the other slot than now, as if it had just been upgraded to it: if it does not
 * confirm itself, the next start goes back. The guest is stopped for it, and started again whatever happens. Throws
 * `alternative-unknown` when no slot is set and none is named, `boot-artefacts-missing` when the slot is empty, and
 * `recovery-under-way`.
 */
export async function swapAlternative(
  target: Slot | undefined,
  { requireNoRecovery, openGrubenv, holdDisk, requireBootable, handOver, guest }: AlternativeModules,
  report: (progress: Progress) => void,
): Promise<Slot> {
  // Refused before anything stops.
  await requireNoRecovery();
  // A guest without a kernel never counts as started, so its slot would never be given up.
  await requireBootable(plan(stateOf(await read(await openGrubenv())), target).alternative);
  report({ phase: "stop the guest", text: "..." });
  let problem: unknown;
  let slot: Slot | undefined;
  try {
    await guest.stop();
    await using held = await holdDisk();
    const store = await held.grubenv();
    const grubenv = await read(store);
    const next = plan(stateOf(grubenv), target);
    await handOver(undefined); // it would reach another version than the one that it is for
    report({ phase: "switch", text: `to slot ${next.alternative}` });
    await store.write(serializeGrubenv(withBootState(grubenv, next)));
    slot = next.alternative;
  } catch (error) {
    problem = error;
  }
  report({ phase: "start the guest", text: "..." });
  await guest.start().catch((error: unknown) => {
    const before = problem === undefined ? `GuestOS was switched to slot ${slot}` : describeError(problem);
    throw new IcosError("guest-not-started", `${before}; the guest could not be started.`, {
      next: "See `view-logs guestos`; `restart-guestos` tries again.",
      cause: error,
    });
  });
  if (slot === undefined) throw problem;
  return slot;
}

function plan(state: BootState | undefined, target: Slot | undefined): BootState {
  // What is confirmed needs no trial: one that failed would end in the other slot, which nobody asked for.
  if (state?.cycle === "stable" && state.alternative === target) return state;
  if (target !== undefined) return { alternative: target, cycle: "first_boot" };
  if (state !== undefined) return { alternative: otherSlot(state.alternative), cycle: "first_boot" };
  throw new IcosError("alternative-unknown", "The guest's disk does not say which slot it boots.", {
    next: "Name the slot: `guestos-alternative swap A` or `guestos-alternative swap B`.",
  });
}

async function read(store: Pick<GrubenvStore, "name" | "read">): Promise<Grubenv> {
  const block = await store.read();
  return block === undefined ? { entries: new Map() } : parseGrubenv(block, store.name);
}

function stateOf(grubenv: Grubenv): BootState | undefined {
  return grubenv.entries.has("boot_alternative") ? bootStateOf(grubenv) : undefined;
}
