import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Exec } from "./exec.ts";
import { makeDirectory, readFileIfExists, writeFileDurably } from "./files.ts";

const NAME = "ssh_host_ed25519_key";

/**
 * The SSH host key of a machine, made once, in `directory`. It is made in `scratch`, in memory, and moved to the disk, the
 * private part last, because `ssh-keygen` itself may leave half a key behind.
 */
export async function ensureSshHostKey(
  { directory, scratch }: { readonly directory: string; readonly scratch: string },
  exec: Exec,
): Promise<"made" | "kept"> {
  const path = join(directory, NAME);
  if ((await readFileIfExists(path)) !== undefined) return "kept";
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const made = join(scratch, NAME);
  await exec.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", made]);
  await makeDirectory(directory, 0o755);
  await writeFileDurably(`${path}.pub`, await readFile(`${made}.pub`), 0o644);
  await writeFileDurably(path, await readFile(made), 0o600);
  await rm(scratch, { recursive: true, force: true });
  return "made";
}
