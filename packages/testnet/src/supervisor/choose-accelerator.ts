import { constants } from "node:fs";
import { access, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Exec, IcosError, type SpawnCommand } from "@icos/system";
import { prepareDirectBoot, probeAccelerator } from "@icos/vm";
import { ensureNodeDisk } from "./node-disk.ts";

export interface ChooseAcceleratorOptions {
  /** The image that the nodes boot: the probe boots its kernel. */
  readonly baseImage: string;
  /** For a throw-away disk. */
  readonly scratch: string;
  /** `ICOS_ACCELERATOR`: `kvm` or `tcg` to decide without a probe. */
  readonly wish: string | undefined;
}

export interface ChosenAccelerator {
  readonly kind: "kvm" | "tcg";
  readonly reason: string;
}

const KVM = "/dev/kvm";
/** There is no such program and no root device: the kernel comes up, says so and restarts, which ends the machine. */
const COMMAND_LINE = "console=ttyS0 panic=-1 rdinit=/none";
const MARKER = "Unable to mount root fs";

/** KVM where it boots the nodes' own kernel, emulation elsewhere. */
export async function chooseAccelerator(
  { baseImage, scratch, wish }: ChooseAcceleratorOptions,
  modules: { readonly exec: Exec; readonly wrap: SpawnCommand },
): Promise<ChosenAccelerator> {
  if (wish === "kvm" || wish === "tcg") return { kind: wish, reason: "ICOS_ACCELERATOR says so" };
  if (wish !== undefined && wish !== "")
    throw new IcosError("accelerator-unknown", `ICOS_ACCELERATOR is "${wish}", which is neither kvm nor tcg.`, {
      next: "Unset it to have the better one found.",
    });
  try {
    await access(KVM, constants.R_OK | constants.W_OK);
  } catch {
    return { kind: "tcg", reason: `${KVM} is not there for this user` };
  }
  const disk = join(scratch, "probe.qcow2");
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    await ensureNodeDisk({ directory: scratch, disk }, baseImage, modules.exec);
    const boot = await prepareDirectBoot({ disk: { file: disk, format: "qcow2" }, directory: scratch }, modules);
    const { kernel, initrd } = boot;
    const probed = await probeAccelerator({ kernel, initrd, marker: MARKER, commandLine: COMMAND_LINE }, modules);
    return probed.kind === "kvm" ? { kind: "kvm", reason: "a probe machine booted" } : probed;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
