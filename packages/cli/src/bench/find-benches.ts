import { glob } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { IcosError, parseWith } from "@icos/system";
import type { Bench } from "./bench.ts";

const moduleSchema = v.object({
  bench: v.object({
    name: v.string(),
    what: v.string(),
    limitMinutes: v.number(),
    run: v.custom<Bench["run"]>((value) => typeof value === "function", "must be a function"),
  }),
});

/** Cheap ones first: what is broken shows early. */
const ORDER = ["switch", "verity", "image-build", "memory", "boot", "bring-up"];

/** Every `bench/*.bench.ts` (`bench-invalid` when one does not export a bench of its own name). */
export async function findBenches(repository: string): Promise<readonly Bench[]> {
  const directory = join(repository, "bench");
  const benches: Bench[] = [];
  for await (const file of glob("*.bench.ts", { cwd: directory })) benches.push(await loadBench(directory, file));
  const place = ({ name }: Bench): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return benches.sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1));
}

async function loadBench(directory: string, file: string): Promise<Bench> {
  const path = join(directory, file);
  const module: unknown = await import(pathToFileURL(path).href);
  const { bench } = parseWith(moduleSchema, module, { code: "bench-invalid", name: `bench/${file}`, file: path });
  if (`${bench.name}.bench.ts` === basename(file)) return bench;
  throw new IcosError("bench-invalid", `bench/${file} calls itself "${bench.name}".`, { place: { file: path } });
}

/** The benches with these names, or all (`usage` for a name that none has). */
export function chooseBenches(benches: readonly Bench[], names: readonly string[]): readonly Bench[] {
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0)
    throw new IcosError("usage", `There is no bench ${unknown.map((name) => `"${name}"`).join(", ")}.`, {
      next: `Benches: ${benches.map(({ name }) => name).join(", ")}.`,
    });
  return names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name));
}
