import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const REPOSITORY = resolve(import.meta.dirname, "../../..");

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a person runs it, with state and sockets of its own. */
export interface IcosCommand {
  readonly state: string;
  readonly runtime: string;
  run(...args: readonly string[]): Promise<CommandResult>;
  /** Like `run`, but anything other than exit code 0 fails the test with all that was printed. */
  must(...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function createIcosCommand(): Promise<IcosCommand> {
  const state = await mkdtemp(join(tmpdir(), "icos-e2e-"));
  const runtime = await mkdtemp(join(tmpdir(), "ir-"));
  const env = { ...process.env, CI: "true", ICOS_STATE_DIR: state, XDG_RUNTIME_DIR: runtime, NO_COLOR: "1" };
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    new Promise((done, reject) => {
      const child = spawn(join(REPOSITORY, "icos"), args, { env, stdio: ["ignore", "pipe", "pipe"] });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
      child.on("error", reject);
      child.on("close", (code) =>
        done({ code: code ?? 1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
      );
    });
  return {
    state,
    runtime,
    run,
    must: async (...args) => {
      const { code, stdout, stderr } = await run(...args);
      if (code !== 0)
        throw new Error(
          `icos ${args.join(" ")} exited with ${code}; logs and consoles are in ${state}\n${stderr}\n${stdout}`,
        );
      return stdout;
    },
    remove: async () => {
      await rm(state, { recursive: true, force: true });
      await rm(runtime, { recursive: true, force: true });
    },
  };
}

/** Processes, mounts and network interfaces that name any of these directories, or hold files in them. */
export async function leftovers(directories: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const mentions = (text: string): boolean => directories.some((directory) => text.includes(directory));
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const text = async (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
    const command = (await text("cmdline")).replaceAll("\0", " ");
    if (mentions(command) && !command.includes("--test")) found.push(`process ${pid}: ${command.slice(0, 200)}`);
  }
  for (const line of (await readFile("/proc/self/mounts", "utf8")).split("\n"))
    if (mentions(line)) found.push(`mount ${line}`);
  for (const line of (await readFile("/proc/net/unix", "utf8")).split("\n"))
    if (mentions(line)) found.push(`socket ${line}`);
  return found;
}
