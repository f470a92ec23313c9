import { hash } from "node:crypto";
import { createServer } from "node:net";
import { IcosError, systemErrorCode } from "@icos/system";

export interface InstanceLock {
  release(): Promise<void>;
}

export interface InstanceLockOptions {
  /** What is locked of the testnet: its supervisor, or bringing it up. */
  readonly role: "supervisor" | "up";
  /** Of the error when somebody else holds it. */
  readonly code: string;
  readonly message: string;
}

/**
 * Takes a lock of a testnet: a socket in the abstract name space, which the kernel gives to one process and takes back
 * the moment that process ends, however it ends.
 */
export async function takeInstanceLock(
  stateDirectory: string,
  { role, code, message }: InstanceLockOptions,
): Promise<InstanceLock> {
  const name = `\0icos-${role}-${process.getuid?.() ?? 0}-${hash("sha256", stateDirectory).slice(0, 24)}`;
  const server = createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(name, resolve);
    });
  } catch (cause) {
    if (systemErrorCode(cause) !== "EADDRINUSE") throw cause;
    throw new IcosError(code, message, { next: "`icos testnet status` shows it.", cause });
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}
