import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { IcosError } from "@icos/system";
import {
  gatewaySocket,
  testnetDirectories,
  testnetStatusSchema,
  type NodeStatus,
  type TestnetDirectories,
  type TestnetStatus,
} from "@icos/testnet";
import * as v from "valibot";
import { createGatewayClient, httpGetThroughGateway } from "../../../packages/testnet/src/network/index.ts";
import type { CommandResult, IcosCommand } from "./icos-command.ts";

/** What a connection attempt from the host's side of a testnet's network met. */
export type Answer = "open" | "refused" | "unreachable" | "silent";

const DASHBOARD_PORT = 7070;

/** A testnet as who tests it sees it: through the command line, and through the network from outside of its nodes. */
export class RunningTestnet {
  readonly directories: TestnetDirectories;
  readonly #icos: IcosCommand;
  readonly #name: string;

  constructor(icos: IcosCommand, name: string) {
    this.#icos = icos;
    this.#name = name;
    const env = { ICOS_STATE_DIR: icos.state, XDG_RUNTIME_DIR: icos.runtime };
    this.directories = testnetDirectories(name, env, process.getuid?.() ?? 0);
  }

  async status(): Promise<TestnetStatus> {
    const text = await this.#icos.must("testnet", "status", this.#name, "--json");
    return v.parse(testnetStatusSchema, JSON.parse(text));
  }

  async node(name: string): Promise<NodeStatus> {
    const found = (await this.status()).nodes.find((node) => node.name === name);
    if (!found) throw new Error(`There is no node ${name}.`);
    return found;
  }

  /** A line of the dashboard of a node, by its label. */
  async dashboard(address: string, label: string): Promise<string> {
    const url = `http://[${address}]:${DASHBOARD_PORT}/`;
    const { body } = await httpGetThroughGateway(this.#gateway(), url, { timeout: 20_000 });
    const line = body
      .toString()
      .split("\n")
      .find((text) => text.startsWith(`${label}: `));
    return line?.slice(label.length + 2) ?? "";
  }

  async connect(address: string, port: number): Promise<Answer> {
    try {
      (await this.#gateway().connect({ host: address, port })).destroy();
      return "open";
    } catch (error) {
      if (!(error instanceof IcosError) || error.code !== "gateway-refused") throw error;
      if (error.details["status"] === 504) return "silent";
      if (error.details["status"] !== 502) throw error;
      return error.message.endsWith(": ECONNREFUSED.") ? "refused" : "unreachable";
    }
  }

  /** Runs a command in a node; exit code 255 is ssh's own. */
  ssh(user: string, node: string, command: string): Promise<CommandResult> {
    return this.#icos.run("testnet", "ssh", `${user}@${this.#name}/${node}`, "--", command);
  }

  async console(node: string): Promise<string> {
    return readFile((await this.node(node)).consoleLog, "utf8");
  }

  #gateway() {
    return createGatewayClient(gatewaySocket(this.directories));
  }
}

/** Asks every two seconds until there is something; ten minutes are enough for the slowest machine. */
export async function eventually<Value>(
  what: string,
  attempt: () => Promise<Value | undefined | false>,
): Promise<Value> {
  let problem: unknown;
  for (const end = Date.now() + 600_000; Date.now() < end; await delay(2_000)) {
    try {
      const value = await attempt();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      problem = error;
    }
  }
  throw new Error(`It did not happen: ${what}`, { cause: problem });
}
