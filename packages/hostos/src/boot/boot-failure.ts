import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeDirectory, parseJson, readFileIfExists, writeFileDurably } from "@icos/system";
import * as v from "valibot";
import type { Layout } from "../layout.ts";

/** Why the boot program did not get through; it tries again, and the file is gone when it does. */
export const bootFailureSchema = v.strictObject({
  format: v.literal(1),
  /** The phase that failed. */
  phase: v.string(),
  /** What is wrong, where, and what to do, as on the console. */
  lines: v.array(v.string()),
});
export type BootFailure = Readonly<v.InferOutput<typeof bootFailureSchema>>;

/** For the status page, which runs before the host is configured. */
export function bootFailurePath({ run }: Pick<Layout, "run">): string {
  return join(run, "icos/boot-failure.json");
}

export async function writeBootFailure(file: string, failure: Omit<BootFailure, "format">): Promise<void> {
  await makeDirectory(dirname(file));
  await writeFileDurably(file, `${JSON.stringify({ format: 1, ...failure } satisfies BootFailure)}\n`, 0o644);
}

export function clearBootFailure(file: string): Promise<void> {
  return rm(file, { force: true });
}

/** `undefined` when nothing failed. Throws `boot-failure-invalid`. */
export async function readBootFailure(file: string): Promise<BootFailure | undefined> {
  const text = await readFileIfExists(file);
  if (text === undefined) return undefined;
  return parseJson(bootFailureSchema, text.toString(), {
    code: "boot-failure-invalid",
    name: "What the boot program said",
    file,
  });
}
