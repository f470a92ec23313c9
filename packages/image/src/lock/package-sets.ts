import * as v from "valibot";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseJson } from "@icos/system";
import { OS_NAMES, type OsName } from "../os/os-name.ts";
import { loadComponents, type Variant } from "../rootfs/components.ts";

/** A wish list that the lock resolves: names to include, and dependencies to leave out because nothing uses them. */
export interface PackageSet {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Debian's essential packages are part of a tree that runs maintainer scripts. */
  readonly essential: boolean;
}

const SetFile = v.strictObject({
  description: v.string(),
  include: v.optional(v.array(v.string()), []),
  /** Package name to the reason why it is not needed. */
  exclude: v.optional(v.record(v.string(), v.string()), {}),
});

/** The tools tree, one set for each image and variant, and the Debian that `bench/` boots as a peer, from `images/`. */
export async function loadPackageSets(repository: string): Promise<readonly PackageSet[]> {
  const tools = await readSetFile(join(repository, "images/tools/packages.json"));
  const sets: PackageSet[] = [
    { name: "tools", include: tools.include, exclude: Object.keys(tools.exclude), essential: true },
  ];
  for (const os of OS_NAMES) {
    const own = await readSetFile(join(repository, "images", os, "packages.json"));
    for (const variant of ["prod", "dev"] satisfies Variant[]) {
      const components = await loadComponents(repository, os, variant);
      const wanted = components.flatMap(({ definition }) => definition.packages);
      sets.push({
        name: packageSetName(os, variant),
        include: [...new Set([...own.include, ...wanted])].sort(),
        exclude: Object.keys(own.exclude),
        essential: false,
      });
    }
  }
  const peer = await readSetFile(join(repository, "images/bench/packages.json"));
  sets.push({ name: "bench-debian", include: peer.include, exclude: Object.keys(peer.exclude), essential: true });
  return sets;
}

export function packageSetName(os: OsName, variant: Variant): string {
  return `${os}-${variant}`;
}

async function readSetFile(file: string): Promise<v.InferOutput<typeof SetFile>> {
  return parseJson(SetFile, await readFile(file, "utf8"), { code: "bad-package-set", name: "The package list", file });
}
