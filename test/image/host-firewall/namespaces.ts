import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import type { Exec } from "@icos/system";
import * as v from "valibot";

/** A side of the wire: a network namespace with a process in it that listens and connects as it is told. */
export interface Side {
  readonly pid: number;
  ask(request: Request): Promise<unknown>;
  stop(): void;
}

/** What the process of a side does; `side.ts` has the other end. */
export type Request =
  | { readonly kind: "listen"; readonly tcp: readonly number[]; readonly udp: readonly number[] }
  | { readonly kind: "connect"; readonly probes: readonly Probe[] }
  | { readonly kind: "send"; readonly probes: readonly Probe[] }
  /** Connections that stay open, one after the other; answers how each went. */
  | { readonly kind: "hold"; readonly probe: Probe; readonly times: number }
  /** Resets what is held. */
  | { readonly kind: "release" }
  /** Connections that end at once, one after the other; answers how many were let in. */
  | { readonly kind: "hammer"; readonly probe: Probe; readonly times: number };

export interface Probe {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** `silent`: nothing came back. `refused`: the other side said that nobody listens. */
export const outcome = v.picklist(["open", "refused", "silent"]);
export type Outcome = v.InferOutput<typeof outcome>;

/** Starts the process of a side; with `own`, in a network namespace of its own. */
export function startSide(own: boolean): Side {
  const script = [process.execPath, "--disable-warning=ExperimentalWarning", join(import.meta.dirname, "side.ts")];
  const [program = "", ...args] = own ? ["unshare", "--net", ...script] : script;
  const child: ChildProcess = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = child.stdout && createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if (child.pid === undefined || !lines) throw new Error("The process of a side does not start.");
  return {
    pid: child.pid,
    async ask(request) {
      child.stdin?.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error("The process of a side has ended.");
      return JSON.parse(line.value) as unknown;
    },
    stop: () => child.kill(),
  };
}

export interface Wire {
  /** Addresses with prefix length, of both families. */
  readonly host: readonly string[];
  readonly outside: readonly string[];
  /** Networks that the host finds on the wire. */
  readonly reachable: readonly string[];
}

/** Lays a wire from this namespace to the other one and gives both ends their addresses. */
export async function layWire(exec: Exec, outside: Side, wire: Wire): Promise<void> {
  const there = ["nsenter", `--net=/proc/${outside.pid}/ns/net`, "--"];
  const ip = (args: string, where: readonly string[] = []): Promise<unknown> =>
    exec.run([...where, "ip", ...args.split(" ")]);
  await ip(`link add wire0 type veth peer name wire1 netns ${outside.pid}`);
  await ip("link set lo up");
  await ip("link set lo up", there);
  for (const address of wire.host) await ip(`address add ${address} dev wire0${quick(address)}`);
  for (const address of wire.outside) await ip(`address add ${address} dev wire1${quick(address)}`, there);
  await ip("link set wire0 up");
  await ip("link set wire1 up", there);
  for (const network of wire.reachable) await ip(`route replace ${network} dev wire0`);
}

/** Without duplicate address detection an address works at once; IPv4 has none. */
const quick = (address: string): string => (address.includes(":") ? " nodad" : "");
