import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, silentLogger } from "@icos/system";
import { seededRandom, type Random } from "@icos/system/memory-disk";
import { createOrchestratorMetrics } from "../orchestrator-metrics.ts";
import { FirewallTask } from "./firewall-task.ts";

class Killed extends Error {}

/** A machine whose orchestrator is killed at any moment: before the kernel has a ruleset, after it, after it is noted. */
class Machine {
  readonly #random: Random;
  /** In force, and what the file of `/run` says is in force. */
  kernel: string | undefined;
  noted: string | undefined;
  version = 0;
  /** Rules of each version; those that begin with "bad" are refused by the kernel. */
  rules = "rules 0";
  kills = false;
  task = this.start();
  /** From here on nothing of the process happens any more. */
  #killed = false;

  constructor(random: Random) {
    this.#random = random;
  }

  start(): FirewallTask {
    return (this.task = new FirewallTask({
      latestVersion: () => this.version,
      policy: () => ({ complete: () => this.rules, automatic: () => "automatic" }),
      firewall: {
        inForce: async () => this.noted,
        replace: async (ruleset) => {
          this.#mayBeKilled();
          if (ruleset.startsWith("bad")) throw new IcosError("firewall-refused", "refused");
          this.kernel = ruleset;
          this.#mayBeKilled();
          this.noted = ruleset;
          this.#mayBeKilled();
        },
      },
      console: { line: () => undefined },
      logger: silentLogger,
      applied: createOrchestratorMetrics().firewallVersion,
    }));
  }

  /** A check that ends, or in which the process is killed and starts again. */
  async check(): Promise<void> {
    this.#killed = false;
    await this.task.check();
    if (this.#killed) this.start();
  }

  #mayBeKilled(): void {
    if (!this.#killed && (!this.kills || this.#random() > 0.3)) return;
    this.#killed = true;
    throw new Killed();
  }
}

void test("killed at any moment, the orchestrator leaves a whole ruleset in force and the next check makes it the right one", async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seededRandom(seed);
    const machine = new Machine(random);
    for (let step = 0; step < 20; step += 1) {
      if (random() < 0.5) {
        machine.version += 1;
        machine.rules = `${random() < 0.2 ? "bad" : "rules"} ${Math.floor(random() * 3)}`;
      }
      const { kernel: before, noted } = machine;
      machine.kills = random() < 0.5;
      await machine.check();
      const good = machine.rules.startsWith("rules") ? [machine.rules] : [];
      const fallback = noted === undefined ? ["automatic"] : [];
      assert.ok([before, ...good, ...fallback].includes(machine.kernel), `seed ${seed}, step ${step}`);
      assert.ok(before === undefined || machine.kernel !== undefined, `seed ${seed}, step ${step}`);
    }
    machine.kills = false;
    machine.rules = "rules 9";
    machine.version += 1;
    await machine.check();
    assert.deepEqual(
      [machine.kernel, machine.noted, machine.task.appliedVersion],
      ["rules 9", "rules 9", machine.version],
    );
  }
});
