import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testnetStatusSchema, type HostStatus, type NodeStatus, type TestnetStatus } from "@icos/testnet";
import * as v from "valibot";
import type { CommandResult, IcosCommand } from "../testnet/icos-command.ts";

export type Layer = "guest" | "host";

/** Characters of a script that are shown when it fails. */
const SHOWN = 1_000;

/** The one nested node of a testnet, as who tests it sees it: through the command line. */
export class NestedNode {
  readonly #icos: IcosCommand;
  readonly #testnet: string;

  constructor(icos: IcosCommand, testnet: string) {
    this.#icos = icos;
    this.#testnet = testnet;
  }

  async testnet(): Promise<TestnetStatus> {
    const text = await this.#icos.must("testnet", "status", this.#testnet, "--json");
    return v.parse(testnetStatusSchema, JSON.parse(text));
  }

  async status(): Promise<NodeStatus & { readonly host: HostStatus }> {
    const [node] = (await this.testnet()).nodes;
    if (!node?.host) throw new Error("There is no nested node.");
    return { ...node, host: node.host };
  }

  /** Runs a script as root in one of the layers; exit code 255 is ssh's own. */
  run(layer: Layer, script: string): Promise<CommandResult> {
    const where = layer === "host" ? ["--host"] : [];
    return this.#icos.run("testnet", "ssh", ...where, `root@${this.#testnet}/node-0`, "--", script);
  }

  /** Standard output, without blanks around it; anything other than exit code 0 is an error. */
  async must(layer: Layer, script: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(layer, script);
    if (code !== 0) throw new Error(`${layer}: ${script.slice(0, SHOWN)}\nexited with ${code}\n${stderr}\n${stdout}`);
    return stdout.trim();
  }

  /** Another one after each boot of the host. */
  bootId(): Promise<string> {
    return this.must("host", "cat /proc/sys/kernel/random/boot_id");
  }

  /** Puts both consoles and the host's journal where a person finds them, and says where. */
  async keepEvidence(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), "icos-nested-"));
    const status = await this.status().catch(() => undefined);
    if (status !== undefined) {
      await writeFile(join(directory, "status.json"), JSON.stringify(status, undefined, 2));
      await copyFile(status.consoleLog, join(directory, "hostos-console.log")).catch(() => undefined);
    }
    const commands = {
      "hostos-journal.log": "journalctl -b --no-pager -o short-monotonic",
      "guestos-console.log": "cat /var/log/guestos/guestos-serial.log",
      "further-guestos-console.log": "cat /var/log/guestos/guestos-serial1.log",
      "upgrade-guestos-console.log": "cat /var/log/guestos/upgrade-guestos-serial.log",
      "guest-vm.json": "cat /run/icos/guest-vm/*.json",
    };
    for (const [file, command] of Object.entries(commands)) {
      const { stdout, stderr } = await this.run("host", command);
      await writeFile(join(directory, file), stdout + stderr);
    }
    return directory;
  }
}

/** Asks again and again until there is something; half of the time at most, so as not to slow down what it waits for. */
export async function eventually<Value>(
  what: string,
  seconds: number,
  attempt: () => Promise<Value | undefined | false>,
): Promise<Value> {
  let problem: unknown;
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const start = Date.now();
    try {
      const value = await attempt();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      problem = error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(1_000, Date.now() - start)));
  }
  throw new Error(`It did not happen within ${seconds} s: ${what}`, { cause: problem });
}

export async function readConsole({ consoleLog }: NodeStatus): Promise<string> {
  return readFile(consoleLog, "utf8");
}
