import assert from "node:assert/strict";
import { networkSettingsSchema, type NetworkSettings } from "@icos/config";
import * as v from "valibot";
import type { CommandResult } from "./icos-command.ts";
import type { RunningTestnet } from "./running-testnet.ts";

const CONFIG = "/run/config/config.json";
const PROGRAM = "/opt/ic/bin/network-settings";

/** `network-settings` on a node, as a developer runs it over SSH. */
export class NetworkTrial {
  readonly #testnet: RunningTestnet;
  readonly #node: string;

  constructor(testnet: RunningTestnet, node: string) {
    this.#testnet = testnet;
    this.#node = node;
  }

  /** What the node's configuration object says now. */
  async configured(): Promise<NetworkSettings> {
    const text = await this.#must(`cat ${CONFIG}`);
    return v.parse(v.object({ network_settings: networkSettingsSchema }), JSON.parse(text)).network_settings;
  }

  /** Addresses of the node's interfaces with their prefix lengths. */
  async addresses(): Promise<readonly string[]> {
    const lines = (await this.#must("ip -oneline address show scope global")).split("\n");
    return lines.flatMap((line) => /\binet6? (\S+)/.exec(line)?.[1] ?? []);
  }

  async run(...args: readonly string[]): Promise<string> {
    return this.#must(`${PROGRAM} ${args.join(" ")}`);
  }

  try(settings: unknown): Promise<CommandResult> {
    return this.#ssh(`printf %s '${JSON.stringify(settings)}' | ${PROGRAM} try -`);
  }

  /** Begins when the connection that asks for it is closed: it would not outlive a change of the node's address. */
  async tryDetached(settings: NetworkSettings, seconds: number): Promise<void> {
    const file = "/run/network-trial.json";
    const begin = `systemd-run --quiet --on-active=3 ${PROGRAM} try ${file} --seconds ${seconds}`;
    await this.#must(`printf %s '${JSON.stringify(settings)}' > ${file} && ${begin}`);
  }

  async #must(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.#ssh(command);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  #ssh(command: string): Promise<CommandResult> {
    return this.#testnet.ssh("root", this.#node, command);
  }
}
