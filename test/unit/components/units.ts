import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { OsName } from "../../../packages/image/src/os/os-name.ts";
import { loadComponents } from "../../../packages/image/src/rootfs/components.ts";
import { REPOSITORY } from "../docs/markdown.ts";

export interface Unit {
  readonly name: string;
  readonly text: string;
}

/** The units that a component brings, of one kind. */
export async function unitsOf(directory: string, ending = ".service"): Promise<readonly Unit[]> {
  const units = join(directory, "files/etc/systemd/system");
  const names = (await readdir(units).catch(() => [])).filter((name) => name.endsWith(ending));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(units, name), "utf8") })));
}

/** Our own units of a release image, the shared ones among them. */
export async function unitsOfRelease(os: OsName, ending: string): Promise<readonly Unit[]> {
  const components = await loadComponents(REPOSITORY, os, "prod");
  return (await Promise.all(components.map(({ directory }) => unitsOf(directory, ending)))).flat();
}

/** The capabilities of each unit that runs as root; undefined for all. */
export function rootUnits(units: readonly Unit[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    units
      .filter(({ text }) => !/^User=(?!root$)/m.test(text))
      .map(({ name, text }) => [name, /^CapabilityBoundingSet=(.*)$/m.exec(text)?.[1]]),
  );
}

/** A bounded set of capabilities, calls and devices, and no way to more. */
export const CONFINED: readonly RegExp[] = [
  /^CapabilityBoundingSet=(?!~)/m,
  /^NoNewPrivileges=yes$/m,
  /^SystemCallFilter=@system-service/m,
  /^SystemCallArchitectures=native$/m,
  /^RestrictAddressFamilies=(?!~)/m,
  /^RestrictNamespaces=yes$/m,
  /^RestrictSUIDSGID=yes$/m,
  /^LockPersonality=yes$/m,
  /^(DevicePolicy=closed|PrivateDevices=yes)$/m,
];
