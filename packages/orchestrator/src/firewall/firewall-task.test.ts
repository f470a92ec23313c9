import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, silentLogger } from "@icos/system";
import { createOrchestratorMetrics } from "../orchestrator-metrics.ts";
import { FirewallTask } from "./firewall-task.ts";

/** A node whose registry is a ruleset for each version, and whose kernel refuses what has the word "bad". */
class FakeNode {
  readonly console: string[] = [];
  readonly loaded: string[] = [];
  readonly metrics = createOrchestratorMetrics();
  version = 0;
  rules: string | Error = "default";
  automatic = "automatic";
  task = this.start();

  start(): FirewallTask {
    return (this.task = new FirewallTask({
      latestVersion: () => this.version,
      policy: () => ({
        complete: () => {
          if (this.rules instanceof Error) throw this.rules;
          return this.rules;
        },
        automatic: () => this.automatic,
      }),
      firewall: {
        inForce: async () => this.loaded.at(-1),
        replace: async (ruleset) => {
          if (ruleset.includes("bad")) throw new IcosError("firewall-refused", "The packet filter refuses it.");
          this.loaded.push(ruleset);
        },
      },
      console: { line: (text) => void this.console.push(text) },
      logger: silentLogger,
      applied: this.metrics.firewallVersion,
    }));
  }

  async see(version: number, rules: string | Error): Promise<void> {
    this.version = version;
    this.rules = rules;
    await this.task.check();
  }

  get metric(): string | undefined {
    return /^firewall_registry_version (\d+)$/m.exec(this.metrics.render())?.[1];
  }
}

void test("rules are loaded when they change, and the version moves on also when they do not", async () => {
  const node = new FakeNode();
  await node.see(0, "default");
  await node.see(1, "default");
  await node.see(2, "rules");
  await node.task.check();
  assert.deepEqual(node.loaded, ["default", "rules"]);
  assert.equal(node.task.appliedVersion, 2);
  assert.equal(node.metric, "2");
  assert.deepEqual(node.console, []);
});

void test("what is refused leaves the last good rules, is told once and is tried again", async () => {
  const node = new FakeNode();
  await node.see(1, "rules");
  await node.see(2, "bad");
  await node.task.check();
  await node.see(3, new Error("no record"));
  assert.deepEqual(node.loaded, ["rules"]);
  assert.deepEqual(node.console, [
    "The firewall stays as it is: The packet filter refuses it.",
    "The firewall stays as it is: no record",
  ]);
  assert.equal(node.metric, "1");
  await node.see(4, "better");
  assert.deepEqual(node.loaded, ["rules", "better"]);
  assert.equal(node.metric, "4");
});

void test("where this boot has no rules yet, a refusal opens what needs none", async () => {
  const node = new FakeNode();
  await node.see(5, "bad");
  await node.task.check();
  assert.deepEqual(node.loaded, ["automatic"]);
  assert.equal(node.task.appliedVersion, undefined);
  assert.equal(node.console.length, 1);
});

void test("where not even these are taken, the first reason is told", async () => {
  const node = new FakeNode();
  node.automatic = "automatically bad";
  await node.see(5, new Error("no such rule"));
  assert.deepEqual([node.loaded, node.console], [[], ["The firewall stays as it is: no such rule"]]);
});

void test("an orchestrator that starts again loads nothing that is in force already, and weakens nothing", async () => {
  const node = new FakeNode();
  await node.see(1, "rules");
  node.start();
  await node.see(1, "rules");
  assert.deepEqual(node.loaded, ["rules"]);
  node.start();
  await node.see(2, "bad");
  assert.deepEqual(node.loaded, ["rules"]);
});
