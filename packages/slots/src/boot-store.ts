import { IcosError, readFileIfExists, writeFileDurably } from "@icos/system";
import { advance, planCommit, planConfirm, planInstall, type Advance, type StatePlan } from "./boot-state.ts";
import { bootStateOf, parseGrubenv, serializeGrubenv, withBootState, type Grubenv } from "./grubenv.ts";
import type { Slot } from "./slot.ts";

/** Where a `grubenv` is kept. A write is atomic: after a crash the block is the old one or the new one. */
export interface GrubenvStore {
  /** For messages. */
  readonly name: string;
  /** `undefined` when there is none yet. */
  read(): Promise<Uint8Array | undefined>;
  write(block: Uint8Array): Promise<void>;
}

/** A `grubenv` in a mounted file system, e.g. `/boot/grub/grubenv`. */
export function fileGrubenvStore(path: string): GrubenvStore {
  return {
    name: path,
    read: () => readFileIfExists(path),
    write: (block) => writeFileDurably(path, block, 0o644),
  };
}

export interface PreparedBoot extends Advance {
  /** Stores the advanced state (nothing is written when it is stored already). Call it once, when the boot is certain. */
  persist(): Promise<void>;
}

/** What the next boot does. Nothing is stored until `persist` is called. */
export async function prepareBoot(store: GrubenvStore): Promise<PreparedBoot> {
  const { grubenv, block } = await load(store);
  const step = advance(bootStateOf(grubenv, store.name));
  const persist = async (): Promise<void> => {
    const next = serializeGrubenv(withBootState(grubenv, step.next));
    if (block === undefined || !next.equals(block)) await store.write(next);
  };
  return { ...step, persist };
}

/** The slot an upgrade may be written to now. Throws `install-refused`. */
export async function installTarget(store: GrubenvStore, running: Slot): Promise<Slot> {
  const { grubenv } = await load(store);
  const plan = planInstall(bootStateOf(grubenv, store.name), running);
  if (plan.kind === "install") return plan.slot;
  throw refused("install-refused", "An upgrade cannot be installed now", plan.reason);
}

/** Makes the next boot the first boot of the other slot. Throws `commit-refused`. */
export async function commitInstall(store: GrubenvStore, running: Slot): Promise<void> {
  const { grubenv } = await load(store);
  await apply(store, grubenv, planCommit(bootStateOf(grubenv, store.name), running), (reason) =>
    refused("commit-refused", "The upgrade cannot be committed", reason),
  );
}

/** Confirms the running system; no write when there is nothing to confirm. Throws `confirm-refused`. */
export async function confirmBoot(store: GrubenvStore, running: Slot): Promise<void> {
  const { grubenv } = await load(store);
  await apply(store, grubenv, planConfirm(bootStateOf(grubenv, store.name), running), (reason) =>
    refused("confirm-refused", "The boot cannot be confirmed", reason),
  );
}

async function load(store: GrubenvStore): Promise<{ grubenv: Grubenv; block: Uint8Array | undefined }> {
  const block = await store.read();
  return { block, grubenv: block === undefined ? { entries: new Map() } : parseGrubenv(block, store.name) };
}

async function apply(
  store: GrubenvStore,
  grubenv: Grubenv,
  plan: StatePlan,
  refusal: (reason: string) => IcosError,
): Promise<void> {
  switch (plan.kind) {
    case "unchanged":
      return;
    case "write":
      return store.write(serializeGrubenv(withBootState(grubenv, plan.next)));
    case "refused":
      throw refusal(plan.reason);
  }
}

function refused(code: string, what: string, reason: string): IcosError {
  return new IcosError(code, `${what}: ${reason}.`, { next: "Reboot the node; it then runs a confirmed slot." });
}
