import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  bootStateOf,
  installUpdateImage,
  otherSlot,
  parseGrubenv,
  readUpdateImage,
  readUpdateImageVersion,
  serializeGrubenv,
  slotTargetsOfDisk,
  withBootState,
  type BootState,
  type Grubenv,
  type GrubenvStore,
  type Slot,
} from "@icos/slots";
import { describeError, IcosError, runPhases, type Clock, type Phase } from "@icos/system";
import type { Progress } from "../root-service/messages.ts";
import { recoveryArtefactUrl, updateImageUrl } from "./bases.ts";
import { download } from "./download.ts";
import type { HeldDisk } from "./guest-disk.ts";
import type { Http } from "./http.ts";
import type { RecoveryRequest } from "./request.ts";

export interface RecoveryModules {
  readonly http: Http;
  readonly clock: Clock;
  readonly bases: readonly string[];
  /** Where downloads are kept until the recovery is done. */
  readonly directory: string;
  readonly guest: {
    stop(): Promise<void>;
    start(): Promise<void>;
  };
  /** The guest's disk, taken when the guest has stopped: nobody starts a guest, or writes, while it is written. */
  readonly holdDisk: () => Promise<HeldDisk>;
  /** Throws `boot-artefacts-missing` when there is nothing in the slot that could be started. */
  readonly requireBootable: (slot: Slot) => Promise<void>;
  /** The hash that the next start of the guest is told; undefined takes it back. */
  readonly handOver: (recoveryHash: string | undefined) => Promise<void>;
}

export interface RecoveryOptions {
  readonly request: RecoveryRequest;
  readonly report: (progress: Progress) => void;
  /** Stops the recovery, unless GuestOS has been switched already. */
  readonly signal: AbortSignal;
}

interface Context extends RecoveryOptions, RecoveryModules {
  readonly image: string;
  readonly artefact: string | undefined;
  held?: HeldDisk | undefined;
  slot?: Slot;
  /** Where the guest starts from since a trial, its own or of the slot that is written, was taken back. */
  wentBackTo?: Slot;
  stopped: boolean;
  switched: boolean;
}

/** No image is larger; and somebody is at the screen, who can free space and go on. */
const KEPT = { limit: 8 * 1024 ** 3, whenFull: "keep" } as const;

/**
 * Everything that can fail without the guest comes first. Before anything else is written the boot state says the confirmed
 * slot, which is left alone: until the one write that switches the slot, the next start is the confirmed slot's, however
 * and whenever the recovery ends.
 */
const PHASES: readonly Phase<Context>[] = [
  {
    name: "update image",
    async run({ bases, request, image, signal, http, clock }, report) {
      const urls = bases.map((base) => updateImageUrl(base, request.version));
      const options = { urls, sha256: request["version-hash"], file: image, ...KEPT, signal, report };
      await download(options, { http, clock });
      await checkVersion(image, request.version);
      return "verified";
    },
  },
  {
    name: "recovery artefact",
    async run({ bases, request, artefact, signal, http, clock }, report) {
      const sha256 = request["recovery-hash"];
      if (sha256 === undefined || artefact === undefined) return "none";
      const urls = bases.map((base) => recoveryArtefactUrl(base, sha256));
      await download({ urls, sha256, file: artefact, ...KEPT, signal, report }, { http, clock });
      return "verified";
    },
  },
  {
    name: "stop the guest",
    async run(context) {
      context.stopped = true;
      await context.guest.stop();
    },
  },
  {
    name: "write the slot",
    async run(context, report) {
      const { image, signal, holdDisk } = context;
      const held = (context.held = await holdDisk());
      const confirmed = await giveUpTrial(await held.grubenv(), context);
      const slot = otherSlot(confirmed);
      context.slot = slot;
      const disk = await held.open();
      try {
        const targets = await slotTargetsOfDisk(disk, slot);
        const onProgress = (bytes: number): void => report(`slot ${slot}: ${(bytes / 1e6).toFixed(0)} MB`);
        await installUpdateImage({ image: readUpdateImage(image), targets, signal, onProgress });
      } finally {
        await disk.close();
      }
      return `slot ${slot}`;
    },
  },
  {
    name: "switch to the slot",
    async run(context) {
      const { slot, held, signal, request, handOver } = context;
      if (slot === undefined || held === undefined) throw new Error("The slot was written before.");
      signal.throwIfAborted();
      const store = await held.grubenv();
      const { grubenv } = await readState(store);
      await handOver(request["recovery-hash"]);
      await store.write(serializeGrubenv(withBootState(grubenv, { alternative: slot, cycle: "first_boot" })));
      context.switched = true;
      await letGo(context);
    },
  },
  {
    name: "start the guest",
    async run(context) {
      await context.guest.start();
      context.stopped = false;
    },
  },
];

/**
 * Replaces GuestOS by the version that is asked for, in the slot that is not the confirmed one. May be run again after
 * any end: downloads continue, a written slot is written again. Throws `cancelled` and what its phases throw.
 */
export async function recover(options: RecoveryOptions, modules: RecoveryModules): Promise<{ readonly slot: Slot }> {
  const { request, signal, report } = options;
  await mkdir(modules.directory, { recursive: true, mode: 0o700 });
  const fileOf = (hash: string): string => join(modules.directory, `${hash}.tar.zst`);
  const artefactHash = request["recovery-hash"];
  const context: Context = {
    ...options,
    ...modules,
    image: fileOf(request["version-hash"]),
    artefact: artefactHash === undefined ? undefined : fileOf(artefactHash),
    stopped: false,
    switched: false,
  };
  try {
    await runPhases(PHASES, context, {
      observe: (event) => {
        if (event.kind === "started") report({ phase: event.phase, text: "..." });
        else if (event.kind === "progress") report({ phase: event.phase, text: event.text });
        else if (event.kind === "finished") report({ phase: event.phase, text: event.note ?? "done" });
      },
    });
  } catch (error) {
    throw await putBack(error, context, signal);
  }
  await rm(modules.directory, { recursive: true, force: true });
  const { slot } = context;
  if (slot === undefined) throw new Error("The slot was written before.");
  return { slot };
}

async function letGo(context: Context): Promise<void> {
  const { held } = context;
  context.held = undefined;
  await held?.[Symbol.asyncDispose]();
}

/**
 * Takes back a trial of the slot that is about to be written, for half of it must not be started. Gives the slot
 * from which the guest starts from now on: the confirmed one, unless there is nothing in it.
 */
async function giveUpTrial(store: GrubenvStore, context: Context): Promise<Slot> {
  const { grubenv, state } = await readState(store);
  const confirmed = confirmedSlot(state);
  if (confirmed === state.alternative) return confirmed;
  const kept = (await isEmpty(confirmed, context)) ? state.alternative : confirmed;
  await store.write(serializeGrubenv(withBootState(grubenv, { alternative: kept, cycle: "stable" })));
  context.wentBackTo = kept;
  return kept;
}

/** A swap to the slot that runs puts that on trial: the other one is then confirmed by its name only, and may be empty. */
async function isEmpty(slot: Slot, { requireBootable }: RecoveryModules): Promise<boolean> {
  try {
    await requireBootable(slot);
    return false;
  } catch (error) {
    if (error instanceof IcosError && error.code === "boot-artefacts-missing") return true;
    throw error;
  }
}

/** After a failure: the guest runs again, from its confirmed slot, and what happened is told. */
async function putBack(error: unknown, context: Context, signal: AbortSignal): Promise<unknown> {
  await letGo(context);
  if (context.switched) {
    return new IcosError(
      "guest-not-started",
      `GuestOS was switched to slot ${context.slot} and could not be started.`,
      {
        next: "See `view-logs guestos`; `restart-guestos` tries again.",
        cause: error,
      },
    );
  }
  if (context.stopped) {
    try {
      await context.handOver(undefined);
      await context.guest.start();
    } catch (startError) {
      return new IcosError("guest-not-started", `The recovery failed: ${describeError(error)}`, {
        next: `The guest could not be started again either (${describeError(startError)}). See \`view-logs guestos\`; \`restart-guestos\` tries again.`,
        cause: startError,
      });
    }
  }
  if (!signal.aborted) return error;
  const runs = context.wentBackTo === undefined ? "as before" : `from slot ${context.wentBackTo}`;
  return new IcosError("cancelled", `The recovery was cancelled; GuestOS runs ${runs}.`, {
    next: "What was downloaded is kept and used by the next recovery to the same version.",
    cause: error,
  });
}

async function checkVersion(image: string, wanted: string): Promise<void> {
  const version = await readUpdateImageVersion(image);
  if (version === wanted || version.startsWith(`${wanted}-`)) return;
  throw new IcosError("update-image-wrong-version", `The update image is version ${version}, not ${wanted}.`, {
    next: "Version and hash do not belong together: compare both with the announcement.",
  });
}

export async function readState(store: GrubenvStore): Promise<{ grubenv: Grubenv; state: BootState }> {
  const block = await store.read();
  const grubenv: Grubenv = block === undefined ? { entries: new Map() } : parseGrubenv(block, store.name);
  return { grubenv, state: bootStateOf(grubenv, store.name) };
}

/**
 * The slot that is known to work, which a recovery must not write to. Upstream takes `boot_alternative` whatever the
 * cycle is, and so overwrites the confirmed slot while an upgrade is not confirmed.
 */
export function confirmedSlot({ alternative, cycle }: BootState): Slot {
  return cycle === "stable" || cycle === "install" ? alternative : otherSlot(alternative);
}
