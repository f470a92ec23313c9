import { hash } from "node:crypto";
import { lstat, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IcosError } from "@icos/system";

/** The environment variables that decide where things are kept. */
export interface DirectoryEnvironment {
  readonly ICOS_STATE_DIR?: string | undefined;
  readonly XDG_STATE_HOME?: string | undefined;
  readonly XDG_RUNTIME_DIR?: string | undefined;
  readonly HOME?: string | undefined;
}

/** Where one testnet keeps its things. */
export interface TestnetDirectories {
  readonly name: string;
  /** Survives `stop`: removed by `down`. */
  readonly state: string;
  readonly stateFile: string;
  readonly nns: string;
  readonly keys: string;
  readonly supervisorLog: string;
  /** Of what `bundlePrograms` makes. */
  readonly programs: string;
  /** Sockets and process records; short, because a socket path has at most 107 bytes; mode 0700. */
  readonly run: string;
  readonly controlSocket: string;
  readonly supervisorRecord: string;
}

export interface NodeDirectories {
  readonly directory: string;
  readonly disk: string;
  readonly configMedium: string;
  readonly consoleLog: string;
  /** Everything QEMU and the switch put their sockets in. */
  readonly run: string;
}

/** The longest path that bind(2) takes for a unix socket. */
export const MAX_SOCKET_PATH = 107;

export function stateRoot(env: DirectoryEnvironment): string {
  if (env.ICOS_STATE_DIR) return env.ICOS_STATE_DIR;
  if (env.XDG_STATE_HOME) return join(env.XDG_STATE_HOME, "icos");
  if (env.HOME) return join(env.HOME, ".local", "state", "icos");
  throw new IcosError("no-state-directory", "There is no place for testnets: HOME is not set.", {
    next: "Set ICOS_STATE_DIR to a directory of yours.",
  });
}

export function testnetsRoot(env: DirectoryEnvironment): string {
  return join(stateRoot(env), "testnets");
}

/** The directory of one testnet's sockets carries a hash of its state directory, so that two state roots never meet. */
export function testnetDirectories(name: string, env: DirectoryEnvironment, uid: number): TestnetDirectories {
  const state = join(testnetsRoot(env), name);
  const runRoot = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, "icos") : `/tmp/icos-${uid}`;
  const run = join(runRoot, `${name.slice(0, 12)}-${hash("sha256", state).slice(0, 8)}`);
  return {
    name,
    state,
    stateFile: join(state, "testnet.json"),
    nns: join(state, "nns"),
    keys: join(state, "keys"),
    supervisorLog: join(state, "supervisor.log"),
    programs: join(state, "programs"),
    run,
    controlSocket: join(run, "control"),
    supervisorRecord: join(run, "supervisor.json"),
  };
}

export function nodeDirectories(testnet: TestnetDirectories, node: string): NodeDirectories {
  const directory = join(testnet.state, "nodes", node);
  return {
    directory,
    disk: join(directory, "disk.qcow2"),
    configMedium: join(directory, "config.img"),
    consoleLog: join(directory, "console.log"),
    run: join(testnet.run, node),
  };
}

/** Makes the run directory, and refuses one that another user could have prepared. */
export async function makeRunDirectory(run: string, uid: number): Promise<void> {
  if (Buffer.byteLength(join(run, "x".repeat(48))) > MAX_SOCKET_PATH)
    throw new IcosError("run-directory-too-long", `Socket paths below ${run} would be longer than the system allows.`, {
      next: "Set XDG_RUNTIME_DIR to a shorter path.",
    });
  for (const directory of [dirname(run), run]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found = await lstat(directory);
    if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0)
      throw new IcosError(
        "run-directory-unsafe",
        `${directory} is not a directory that belongs to you alone, so sockets are not put there.`,
        { next: "Remove it, or set XDG_RUNTIME_DIR to a directory of yours.", place: { file: directory } },
      );
  }
}
