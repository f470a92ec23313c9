import { hash } from "node:crypto";
import { createServer } from "node:net";
import { IcosError, systemErrorCode } from "@icos/system";

export interface InstanceLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a testnet's supervisor: a socket in the abstract name space, which the kernel gives to one process
 * and takes back the moment that process ends, however it ends.
 */
export async function takeInstanceLock(stateDirectory: string): Promise<InstanceLock> {
  const name = `\0icos-${process.getuid?.() ?? 0}-${hash("sha256", stateDirectory).slice(0, 24)}`;
  const server = createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(name, resolve);
    });
  } catch (cause) {
    if (systemErrorCode(cause) !== "EADDRINUSE") throw cause;
    throw new IcosError("already-supervised", "A supervisor already runs for this testnet.", {
      next: "`icos testnet status` shows it.",
      place: { file: stateDirectory },
      cause,
    });
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}
