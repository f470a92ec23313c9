import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { makeDirectory, parseJson, systemErrorCode, writeFileDurably } from "@icos/system";

const aimSchema = v.strictObject({
  of: v.picklist(["value", "ratio"]),
  is: v.picklist(["below", "at-most", "at-least"]),
  limit: v.number(),
});

const samplesSchema = v.optional(v.pipe(v.array(v.number()), v.readonly()));

const measurementSchema = v.strictObject({
  name: v.string(),
  value: v.number(),
  unit: v.string(),
  samples: samplesSchema,
  peer: v.optional(v.strictObject({ name: v.string(), value: v.number(), samples: samplesSchema })),
  ratio: v.optional(v.number()),
  aim: v.optional(aimSchema),
  met: v.optional(v.boolean()),
});

/** What a number was measured on. Nothing in it tells whose machine it was. */
export const machineSchema = v.strictObject({
  processor: v.string(),
  cores: v.number(),
  memoryMiB: v.number(),
  /** Of the virtual machines; null when none ran. */
  accelerator: v.nullable(v.picklist(["kvm", "tcg"])),
  versions: v.strictObject({ icos: v.string(), node: v.string(), qemu: v.string(), linux: v.string() }),
});

export const benchResultSchema = v.strictObject({
  name: v.string(),
  what: v.string(),
  date: v.pipe(v.string(), v.isoTimestamp()),
  /** How long the bench itself took. */
  seconds: v.number(),
  machine: machineSchema,
  measurements: v.pipe(v.array(measurementSchema), v.readonly()),
});

/** `icos bench --json`. */
export const benchReportSchema = v.strictObject({
  results: v.array(benchResultSchema),
  /** Benches that could not be run. A slow one is no failure. */
  failures: v.array(v.strictObject({ name: v.string(), code: v.string(), message: v.string() })),
});

/** `icos bench --list --json`. */
export const benchListSchema = v.strictObject({
  benches: v.array(v.strictObject({ name: v.string(), what: v.string() })),
});

export type MachineFacts = v.InferOutput<typeof machineSchema>;
export type BenchResult = v.InferOutput<typeof benchResultSchema>;
export type BenchReport = v.InferOutput<typeof benchReportSchema>;
export type BenchList = v.InferOutput<typeof benchListSchema>;

export function resultsDirectory(repository: string): string {
  return join(repository, "bench/results");
}

export async function writeResult(directory: string, result: BenchResult): Promise<void> {
  await makeDirectory(directory);
  await writeFileDurably(join(directory, `${result.name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** The last result of every bench, by name (`bench-result-invalid`). */
export async function readResults(directory: string): Promise<readonly BenchResult[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  });
  const results: BenchResult[] = [];
  for (const name of names.filter((each) => each.endsWith(".json")).sort()) {
    const file = join(directory, name);
    results.push(
      parseJson(benchResultSchema, await readFile(file, "utf8"), {
        code: "bench-result-invalid",
        name: `bench/results/${name}`,
        file,
        next: "Remove it and run the bench again.",
      }),
    );
  }
  return results;
}
