import { rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { IcosError } from "@icos/system";
import { createControlClient } from "../control/control-client.ts";
import { cleanLeftovers, findLeftovers, killProcesses } from "../process/leftovers.ts";
import { isAlive, type ProcessIdentity } from "../process/process-identity.ts";
import type { TestnetDirectories } from "../state/directories.ts";
import { readTestnetFile, writeTestnetFile } from "../state/testnet-file.ts";
import { supervisorProcess } from "./presence.ts";

const EXIT_MS = 15_000;

/**
 * Ends everything of a testnet that runs: asks its supervisor, and kills whatever does not end by itself. With `clean`
 * the guests are shut down in order first. Says whether anything ran.
 */
export async function endProcesses(directories: TestnetDirectories, clean: boolean): Promise<boolean> {
  const supervisor = await supervisorProcess(directories);
  const asked = await askToShutDown(directories, clean);
  if (supervisor) {
    if (asked) await waitForExit(supervisor);
    await killProcesses([supervisor]);
  }
  const killed = await cleanLeftovers(directories);
  return asked || supervisor !== undefined || killed.length > 0;
}

async function askToShutDown(directories: TestnetDirectories, clean: boolean): Promise<boolean> {
  try {
    await createControlClient(directories.controlSocket).shutdown(clean);
    return true;
  } catch (error) {
    // It is gone, or it hangs and will be killed.
    if (error instanceof IcosError && ["no-supervisor", "supervisor-silent"].includes(error.code)) return false;
    throw error;
  }
}

async function waitForExit(identity: ProcessIdentity): Promise<void> {
  const deadline = Date.now() + EXIT_MS;
  while (Date.now() < deadline && (await isAlive(identity))) await delay(50);
}

/** Stops a testnet and keeps its disks, keys and registry. Says whether anything ran. */
export async function stopTestnet(directories: TestnetDirectories): Promise<boolean> {
  const ran = await endProcesses(directories, true);
  const file = await readTestnetFile(directories);
  if (file && file.desired !== "stopped") await writeTestnetFile(directories, { ...file, desired: "stopped" });
  return ran;
}

/** Removes a testnet altogether, then looks whether anything is left (`leftovers`). Works on broken ones, too. */
export async function removeTestnet(directories: TestnetDirectories): Promise<void> {
  await endProcesses(directories, false);
  await rm(directories.state, { recursive: true, force: true });
  await rm(directories.run, { recursive: true, force: true });
  await rmdir(dirname(directories.run)).catch(() => undefined); // it is gone, or other testnets use it
  const { processes, mounts, sockets } = await findLeftovers(directories);
  const left = [
    ...processes.map(({ pid, command }) => `process ${pid} (${command})`),
    ...mounts.map((path) => `mount ${path}`),
    ...sockets.map((path) => `socket ${path}`),
  ];
  if (left.length > 0)
    throw new IcosError(
      "leftovers",
      `Testnet "${directories.name}" is removed, but this is left: ${left.join(", ")}.`,
      {
        next: "Run the command again; if it stays, end what is named by hand.",
        details: { left },
      },
    );
}
