import assert from "node:assert/strict";
import { runStateSchema, type RunState } from "@icos/hostos";
import * as v from "valibot";
import type { RunningTestnet } from "../testnet/running-testnet.ts";
import { eventually, type NestedNode } from "./nested-node.ts";
import { HANG } from "./hang.ts";
import { onRootConsole } from "./root-console.ts";

const BOOT_SECONDS = 1_200;
/** The guest's watchdog waits for 2 minutes. */
const HUNG_SECONDS = 400;

/** The second guest of a host: a node that the topology does not name. */
export class FurtherGuest {
  readonly #node: NestedNode;
  readonly #network: RunningTestnet;

  constructor(node: NestedNode, network: RunningTestnet) {
    this.#node = node;
    this.#network = network;
  }

  async isANodeOfItsOwn(): Promise<void> {
    const node = this.#node;
    const { state, machine } = await this.#run();
    assert.equal(state.kind, "running");
    assert.ok(machine?.memoryMiB === 1024);
    assert.notEqual(machine.ipv6, (await node.status()).ipv6);
    await eventually("it has registered", BOOT_SECONDS, async () => {
      const log = await node.must("host", "cat /var/log/guestos/guestos-serial1.log");
      return log.includes("orchestrator ready");
    });
    assert.equal(await this.#network.connect(machine.ipv6, 22), "open");
    const refused = await onRootConsole(node, "guestos1", "/opt/ic/bin/vsock_guest --get-hostos-version");
    assert.match(refused, /refuse/i);
    // Both are in the host's metrics, which have no series twice.
    const metrics = await node.must("host", "cat /run/node_exporter/collector_textfile/*.prom");
    assert.match(metrics, /^hostos_guestos_state\{vm="guestos"\} 0$/m);
    assert.match(metrics, /^hostos_guestos_state\{vm="guestos1"\} 0$/m);
    const series = metrics.match(/^hostos_guestos_service_start\{.*\}/gm) ?? [];
    assert.equal(new Set(series).size, series.length);
    assert.ok(series.length >= 2, series.join(" "));
  }

  /** Its watchdog ends the machine, and the host starts it again and says why. */
  async isStartedAgainWhenItHangs(): Promise<void> {
    const { boots } = await this.#run();
    await onRootConsole(this.#node, "guestos1", HANG);
    const again = await eventually("its machine is started again", HUNG_SECONDS, async () => {
      const run = await this.#run();
      return run.boots > boots && run;
    });
    assert.match(again.lastFailure?.reason ?? "", /hung, and its watchdog ended it/);
  }

  async #run(): Promise<RunState> {
    const text = await this.#node.must("host", "cat /run/icos/guest-vm/guestos1.json");
    return v.parse(runStateSchema, JSON.parse(text));
  }
}
