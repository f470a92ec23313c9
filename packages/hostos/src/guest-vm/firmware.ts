import { copyFile, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeError, IcosError } from "@icos/system";
import type { GuestVmPlaces } from "./places.ts";

export interface FirmwareVariables {
  readonly path: string;
  /** Why they are not kept over a restart, if they are not. */
  readonly warning: string | undefined;
}

/**
 * The machine's own copy of the firmware's variables. One that is missing or has another size than the template (a damaged file,
 * or another firmware) is made anew. A guest boots without old variables, so a full or read-only `/var` stops nothing: then
 * they live in memory.
 */
export async function ensureFirmwareVariables(
  name: string,
  { firmware, lib, run }: Pick<GuestVmPlaces, "firmware" | "lib" | "run">,
): Promise<FirmwareVariables> {
  const size = await sizeOf(firmware.variables);
  if (size === undefined || (await sizeOf(firmware.code)) === undefined) {
    throw new IcosError("firmware-missing", `This system has no firmware for guests in ${dirname(firmware.code)}.`, {
      place: { file: firmware.code },
    });
  }
  const kept = join(lib, `${name}_VARS.fd`);
  try {
    if ((await sizeOf(kept)) !== size) await copyWhole(firmware.variables, kept);
    return { path: kept, warning: undefined };
  } catch (error) {
    const path = join(run, "VARS.fd");
    await copyWhole(firmware.variables, path);
    return { path, warning: `The guest's firmware variables are not kept: ${describeError(error)}.` };
  }
}

async function copyWhole(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const temporary = `${to}.new`;
  try {
    await copyFile(from, temporary);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}
