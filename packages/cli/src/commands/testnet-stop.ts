import { IcosError } from "@icos/system";
import { listTestnetNames, readTestnetFile, removeTestnet, stopTestnet } from "@icos/testnet";
import type { CliContext } from "../context.ts";
import { stderrProgress } from "../output/progress.ts";
import { chooseTestnet } from "./find-testnet.ts";
import type { JsonOption } from "./testnet.ts";

export async function testnetStop(context: CliContext, name: string | undefined, { json }: JsonOption): Promise<void> {
  const directories = await chooseTestnet(context, name);
  if ((await readTestnetFile(directories)) === undefined) throw noTestnet(directories.name);
  const ran = await withPhase(`Stop ${directories.name}`, () => stopTestnet(directories));
  if (json)
    context.out(`${JSON.stringify({ name: directories.name, state: "stopped", changed: ran }, undefined, 2)}\n`);
  else
    context.err(ran ? `Testnet "${directories.name}" is stopped.\n` : `Testnet "${directories.name}" did not run.\n`);
}

export async function testnetDown(
  context: CliContext,
  name: string | undefined,
  { json, yes }: JsonOption & { yes?: true },
): Promise<void> {
  const directories = await chooseTestnet(context, name);
  // A testnet whose file is broken can be removed, too: its directory is what counts.
  if (!(await listTestnetNames(context.env)).includes(directories.name)) throw noTestnet(directories.name);
  if (!yes && context.interactive && !(await confirm(`Remove testnet "${directories.name}" with its disks and keys?`)))
    throw new IcosError("not-confirmed", "Nothing was removed.");
  await withPhase(`Remove ${directories.name}`, () => removeTestnet(directories));
  if (json)
    context.out(`${JSON.stringify({ name: directories.name, state: "removed", changed: true }, undefined, 2)}\n`);
  else context.err(`Testnet "${directories.name}" is removed.\n`);
}

async function confirm(message: string): Promise<boolean> {
  const prompts = await import("@clack/prompts");
  return (await prompts.confirm({ message, output: process.stderr })) === true;
}

async function withPhase<T>(phase: string, work: () => Promise<T>): Promise<T> {
  const progress = stderrProgress();
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  progress.observe({ kind: "started", phase });
  try {
    const result = await work();
    progress.observe({ kind: "finished", phase, milliseconds: elapsed(), note: undefined });
    return result;
  } catch (error) {
    progress.observe({ kind: "failed", phase, milliseconds: elapsed(), error });
    throw error;
  } finally {
    progress.end();
  }
}

function noTestnet(name: string): IcosError {
  return new IcosError("no-such-testnet", `There is no testnet "${name}".`, {
    next: "`icos testnet list` shows what there is; `icos testnet up` makes one.",
  });
}
