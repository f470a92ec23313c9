import { join } from "node:path";
import { makeDirectory, writeFileDurably } from "@icos/system";

/** Programs of a testnet that run as long as it does, or on behalf of one that does. */
const SOURCES = {
  supervisor: join(import.meta.dirname, "../programs/supervisor.ts"),
  govern: join(import.meta.dirname, "../programs/govern.ts"),
  services: join(import.meta.dirname, "../network/programs/services.ts"),
  nns: join(import.meta.dirname, "../../../nns/src/programs/nns.ts"),
} as const;
export type ResidentProgram = keyof typeof SOURCES;

/** Each is to take less than 80 MB; Node's own defaults are made for larger programs. */
const SMALL = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=1", "--v8-pool-size=1"];

const FLAGS: Readonly<Record<ResidentProgram, readonly string[]>> = {
  // Frames pass through it: what runs often is compiled, by the smaller one of the two optimising compilers.
  supervisor: [...SMALL, "--no-turbofan"],
  services: SMALL,
  // It answers a few requests a second: optimising compilers would take more memory than they save time.
  nns: [...SMALL, "--no-opt", "--no-maglev"],
  govern: SMALL,
};

/** Settings of the C library for these programs; not for those with many threads that they start. */
export const SMALL_ENVIRONMENT = { MALLOC_ARENA_MAX: "1" } as const;

/** Makes one module of each program in the directory: that takes less memory to run than the sources. */
export async function bundlePrograms(directory: string): Promise<void> {
  const { bundleLocalPrograms } = await import("@icos/image");
  await makeDirectory(directory, 0o700);
  for (const [name, module] of await bundleLocalPrograms(SOURCES))
    await writeFileDurably(join(directory, `${name}.mjs`), module);
}

/** The command that runs a program, as {@link bundlePrograms} left it in the directory, or from its source. */
export function programCommand(name: ResidentProgram, directory?: string): readonly string[] {
  const program = directory === undefined ? SOURCES[name] : join(directory, `${name}.mjs`);
  return [process.execPath, ...FLAGS[name], program];
}
