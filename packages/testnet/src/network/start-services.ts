import { spawn, type ChildProcess } from "node:child_process";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  createExec,
  IcosError,
  makeDirectory,
  parseJson,
  writeFileDurably,
  type Exec,
  type SpawnCommand,
} from "@icos/system";
import { programCommand, SMALL_ENVIRONMENT } from "../process/resident-programs.ts";
import { createGatewayClient, type GatewayClient } from "./gateway-client.ts";
import { checkSocketPath } from "./gateway-server.ts";
import { checkNamespaces, dieWithParent, ownNetwork } from "./namespace.ts";
import type { ServiceAddresses } from "./service-addresses.ts";
import { servicesMessageSchema, type ServicesMessage } from "./services-config.ts";
import { planServices, type ServicesPlanOptions } from "./services-plan.ts";

export interface ServicesOptions extends ServicesPlanOptions {
  /** Puts commands where `ip` and `ethtool` are, such as `ToolsTree.wrap`; the whole services process runs there. */
  readonly wrap?: SpawnCommand | undefined;
  readonly startTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What happens after the start: the NNS ended, is back, the switch is gone. */
  readonly onMessage?: ((message: ServicesMessage) => void) | undefined;
}

export interface ServicesExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServicesHandle {
  readonly pid: number;
  /** Of the NNS: DER, in hexadecimal. */
  readonly rootKey: string;
  /** Of the NNS, at its start or after its last restart. */
  readonly nnsPid: number;
  readonly addresses: ServiceAddresses;
  /** URL of the NNS inside the testnet. */
  readonly nnsUrl: string;
  readonly gateway: GatewayClient;
  readonly gatewaySocket: string;
  /** Settles when the process has ended, asked or not. */
  readonly exited: Promise<ServicesExit>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 8_000;

/**
 * Starts the network services of a testnet in their own network namespace. The switch at `switchSocket` must listen.
 * Rejects with `namespaces-refused`, `services-not-started`, or the code that the services failed with
 * (`network-setup-failed`, `nns-not-started`, …). Nothing is left running then, nor when this process is killed.
 */
export async function startServices(options: ServicesOptions): Promise<ServicesHandle> {
  const { wrap = (command) => command, signal } = options;
  const config = planServices(options);
  checkSocketPath(config.gatewaySocket);
  await checkNamespaces({ exec: wrapped(createExec(), wrap) });
  await makeDirectory(options.directory, 0o700);
  const configFile = join(options.directory, "services.json");
  await writeFileDurably(configFile, `${JSON.stringify(config, undefined, 2)}\n`, 0o600);
  const program = programCommand("services", options.programs);
  const command = wrap(ownNetwork(dieWithParent([...program, configFile])));
  const logFile = join(options.directory, "services.log");
  signal?.throwIfAborted();
  const { child, exited } = await spawnLogged(command, logFile);
  try {
    const state = await untilReady(child, exited, options, logFile);
    return {
      pid: child.pid ?? 0,
      rootKey: state.rootKey,
      get nnsPid() {
        return state.nnsPid;
      },
      addresses: config.addresses,
      nnsUrl: `http://[${config.addresses.nns}]:8080`,
      gateway: createGatewayClient(config.gatewaySocket),
      gatewaySocket: config.gatewaySocket,
      exited,
      stop: () => stopServices(child, exited, config.gatewaySocket),
    };
  } catch (error) {
    await stopServices(child, exited, config.gatewaySocket);
    throw error;
  }
}

async function spawnLogged(
  command: readonly string[],
  logFile: string,
): Promise<{ child: ChildProcess; exited: Promise<ServicesExit> }> {
  const [program = "", ...args] = command;
  const log = await open(logFile, "a", 0o600);
  const child = spawn(program, args, { env: ownEnvironment(process.env), stdio: ["pipe", "pipe", log.fd] });
  child.stdin?.on("error", () => undefined);
  const exited = new Promise<ServicesExit>((resolve) => {
    child.once("error", () => resolve({ code: null, signal: null }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  await log.close();
  return { child, exited };
}

/** Without what the caller's environment may ask of Node (hooks, certificates); with the usual places of `ip`. */
function ownEnvironment({ PATH = "", HOME = "/", TMPDIR = "/tmp" }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: `${PATH}:/usr/sbin:/sbin:/usr/bin:/bin`, HOME, TMPDIR, LC_ALL: "C", ...SMALL_ENVIRONMENT };
}

interface ServicesState {
  rootKey: string;
  nnsPid: number;
}

function untilReady(
  child: ChildProcess,
  exited: Promise<ServicesExit>,
  { startTimeout = START_TIMEOUT_MS, signal, onMessage }: ServicesOptions,
  logFile: string,
): Promise<ServicesState> {
  return new Promise((resolve, reject) => {
    const state: ServicesState = { rootKey: "", nnsPid: 0 };
    const notStarted = (why: string): void =>
      reject(
        new IcosError("services-not-started", `The testnet's network services did not start: ${why}.`, {
          next: `Their log is ${logFile}.`,
        }),
      );
    const timer = setTimeout(() => notStarted(`not ready within ${startTimeout} ms`), startTimeout);
    const onAbort = (): void => reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
    signal?.addEventListener("abort", onAbort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    // "close" follows "exit" and the last line of output, so that a reported failure is not overtaken.
    child.once("close", () => void exited.then(({ code, signal: by }) => notStarted(`they ended with ${by ?? code}`)));
    child.once("error", (error) => notStarted(error.message));
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const message = readMessage(line);
      if (!message) return;
      if (message.kind === "ready" || message.kind === "nns-ready") {
        state.rootKey ||= message.rootKey;
        state.nnsPid = message.nnsPid;
      }
      if (message.kind === "ready") resolve(state);
      if (message.kind === "failed") reject(new IcosError(message.code, message.message, { next: message.next }));
      settle();
      onMessage?.(message);
    });
  });
}

function readMessage(line: string): ServicesMessage | undefined {
  try {
    return parseJson(servicesMessageSchema, line, { code: "services-line-invalid", name: "A line of the services" });
  } catch {
    return undefined;
  }
}

async function stopServices(child: ChildProcess, exited: Promise<ServicesExit>, socket: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    child.stdin?.end();
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }
  await rm(socket, { force: true });
}

function wrapped(exec: Exec, wrap: SpawnCommand): Exec {
  return { run: (command, options) => exec.run(wrap(command), options) };
}
