import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openKeys } from "@icos/testnet";
import type { IcosCommand } from "../testnet/icos-command.ts";
import { eventually, RunningTestnet, type Answer } from "../testnet/running-testnet.ts";

const NAME = "changes";
const PATIENCE = ["--timeout", "1500"];
export const NODES = ["node-0", "node-1", "node-2", "node-3"] as const;
export type Node = (typeof NODES)[number];
/** The last node belongs to an operator of its own. All begin unassigned. */
const TOPOLOGY = { nodes: NODES.map((name) => ({ name, operator: name === "node-3" ? "second" : "first" })) };

/** A testnet of four nodes whose registry governance changes, by proposals on the command line. */
export class GovernedTestnet {
  readonly name = NAME;
  readonly icos: IcosCommand;
  readonly testnet: RunningTestnet;
  /** What the nodes run. */
  version = "";
  /** Public half of the key that `icos testnet ssh` uses. */
  key = "";
  /** The subnets that the tests make. */
  first = "";
  other = "";
  #ids: ReadonlyMap<Node, string> = new Map();
  #addresses: ReadonlyMap<Node, string> = new Map();

  constructor(icos: IcosCommand) {
    this.icos = icos;
    this.testnet = new RunningTestnet(icos, NAME);
  }

  async up(): Promise<void> {
    const file = join(this.icos.state, "topology.json");
    await writeFile(file, JSON.stringify(TOPOLOGY));
    await this.icos.must("testnet", "up", NAME, "--topology", file, ...PATIENCE);
    const { nodes } = await this.testnet.status();
    this.#ids = new Map(NODES.map((name, i) => [name, nodes[i]?.nodeId ?? ""]));
    this.#addresses = new Map(NODES.map((name, i) => [name, nodes[i]?.ipv6 ?? ""]));
    this.version = nodes[0]?.version ?? "";
    this.key = (await openKeys(this.testnet.directories.keys).admin()).publicKey;
  }

  async stop(): Promise<void> {
    await this.icos.must("testnet", "stop", NAME);
  }

  async resume(): Promise<void> {
    await this.icos.must("testnet", "resume", NAME, ...PATIENCE);
  }

  async down(): Promise<void> {
    await this.icos.run("testnet", "down", NAME, "--yes");
    await this.icos.remove();
  }

  id(name: Node): string {
    return of(this.#ids, name);
  }

  address(name: Node): string {
    return of(this.#addresses, name);
  }

  /** A proposal, adopted and executed. */
  propose(method: string, ...options: readonly string[]): Promise<string> {
    return this.icos.must("admin", "propose", method, "--testnet", NAME, ...options);
  }

  dashboard(name: Node, label: string): Promise<string> {
    return this.testnet.dashboard(this.address(name), label);
  }

  connect(name: Node, port: number): Promise<Answer> {
    return this.testnet.connect(this.address(name), port);
  }

  /** Who the node says one is after logging in; undefined when it lets nobody in. */
  async login(user: string, name: Node): Promise<string | undefined> {
    const { code, stdout } = await this.testnet.ssh(user, name, "id -un");
    return code === 0 ? stdout.trim() : undefined;
  }

  /** The action, and the lines that the node's console must show after it, in this order. */
  async andConsole(name: Node, lines: readonly string[], action: () => Promise<unknown>): Promise<void> {
    const seen = (await this.testnet.console(name)).length;
    await action();
    await eventually(`${name} says: ${lines.join(" / ")}`, async () => {
      let rest = (await this.testnet.console(name)).slice(seen);
      return lines.every((line) => {
        const at = rest.indexOf(line);
        rest = rest.slice(at + line.length);
        return at >= 0;
      });
    });
  }

  async subnetOf(name: Node): Promise<string> {
    return eventually(`${name} is in a subnet`, async () => (await this.testnet.node(name)).subnetId ?? undefined);
  }

  /** The testnet asks the registry at intervals of its own: what a node knows already, it may not know yet. */
  async unassigned(name: Node): Promise<void> {
    await eventually(`${name} is in no subnet`, async () => (await this.testnet.node(name)).subnetId === null);
  }

  async healthyIn(subnet: string, ...names: readonly Node[]): Promise<void> {
    for (const name of names) {
      await eventually(`${name} is healthy in its subnet`, async () => {
        const { state, subnetId } = await this.testnet.node(name);
        return state === "healthy" && subnetId === subnet;
      });
      await eventually(`${name} says so`, async () => (await this.dashboard(name, "subnet id")) === subnet);
    }
  }
}

function of(values: ReadonlyMap<Node, string>, name: Node): string {
  const value = values.get(name);
  assert.ok(value !== undefined);
  return value;
}
