import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Exec } from "./exec.ts";
import { repairIfNeeded } from "./ext4-state.ts";

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
}

export interface MountPlaces {
  readonly proc: string;
  /** Where the table `NAME.fstab` for mount(8) is put. */
  readonly scratch: string;
}

/** Mounts all that are not mounted yet, by one process: starting processes is what a slow machine is slow at. */
export async function mountAll(
  { proc, scratch }: MountPlaces,
  exec: Exec,
  name: string,
  mounts: readonly Mount[],
): Promise<void> {
  const mounted = parseMountPoints(await readFile(join(proc, "self/mountinfo"), "utf8"));
  const missing = mounts.filter(({ target }) => !mounted.has(target));
  if (missing.length === 0) return;
  for (const { source, type } of missing) if (type === "ext4") await repairIfNeeded(exec, source);
  await mkdir(scratch, { recursive: true });
  const table = join(scratch, `${name}.fstab`);
  const lines = missing.map(({ source, target, type, options }) => `${source} ${target} ${type} ${options} 0 0\n`);
  await writeFile(table, lines.join(""));
  await exec.run(["mount", "--all", "--fstab", table]);
}

/** Mount points in `/proc/self/mountinfo`. */
export function parseMountPoints(text: string): ReadonlySet<string> {
  const points = text.split("\n").map((line) => line.split(" ")[4] ?? "");
  return new Set(
    points.map((point) =>
      point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    ),
  );
}
