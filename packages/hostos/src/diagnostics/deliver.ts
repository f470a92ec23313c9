import { mkdir, readdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { describeError, IcosError, type Exec } from "@icos/system";
import type { Stick } from "../usb/sticks.ts";

export interface DeliverModules {
  readonly exec: Exec;
  readonly findSticks: () => Promise<readonly Stick[]>;
  /** Where a stick is mounted for the moment; nobody else sees it. */
  readonly mountPoint: string;
  /** Where bundles are kept when there is no stick. */
  readonly fallback: string;
}

/** Bundles kept on the host itself. */
const KEPT = 3;
const MOUNT_OPTIONS = "nosuid,nodev,noexec,umask=0077";
const LEAST_FREE = 1024 * 1024;

/**
 * Has `write` put the bundle onto the first stick with a FAT file system that takes it, or, when there is none, into the
 * host's /var. Gives the place in words. A stick is unmounted, and can be pulled out, when this resolves.
 */
export async function deliver(
  name: string,
  write: (file: string) => Promise<void>,
  modules: DeliverModules,
): Promise<string> {
  const problems: string[] = [];
  for (const { device } of await modules.findSticks()) {
    const problem = await toStick(device, name, write, modules);
    if (problem === undefined) return `${name} on the USB stick ${device}, which can be taken out`;
    problems.push(`${device}: ${problem}`);
  }
  const file = await toFallback(name, write, modules.fallback);
  const why = problems.length === 0 ? "no USB stick was found" : problems.join("; ");
  return `${file} on this host (${why})`;
}

/** What was wrong with the stick, or undefined when the bundle is on it. */
async function toStick(
  device: string,
  name: string,
  write: (file: string) => Promise<void>,
  { exec, mountPoint }: DeliverModules,
): Promise<string | undefined> {
  await mkdir(mountPoint, { recursive: true, mode: 0o700 });
  try {
    await exec.run(["/usr/bin/mount", "-t", "vfat", "-o", MOUNT_OPTIONS, device, mountPoint], { timeout: 30_000 });
  } catch {
    return "has no FAT file system that can be written";
  }
  try {
    const { bavail, bsize } = await statfs(mountPoint);
    if (bavail * bsize < LEAST_FREE) return "is full";
    await write(join(mountPoint, name));
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    return describeError(error);
  } finally {
    await exec.run(["/usr/bin/umount", mountPoint], { timeout: 120_000 });
  }
}

async function toFallback(name: string, write: (file: string) => Promise<void>, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, name);
  try {
    await write(file);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "AbortError") throw cause;
    throw new IcosError("bundle-not-written", `The bundle could not be written: ${describeError(cause)}.`, {
      next: "Plug in a USB stick with a FAT file system and try again.",
      place: { file },
      cause,
    });
  }
  const bundles = (await readdir(directory)).filter((each) => each.endsWith(".tar.zst")).toSorted();
  for (const old of bundles.slice(0, Math.max(0, bundles.length - KEPT)))
    await rm(join(directory, old), { force: true });
  return file;
}
