import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import assert from "node:assert/strict";
import {
  formatTryState,
  parseGuestosConfig,
  parseIcConfig,
  parseTryState,
  TRY_FILE,
  type NetworkSettings,
} from "@icos/config";
import { systemClock, type Exec } from "@icos/system";
import { FakeMachine } from "../boot/fake-machine.ts";
import { mediumFiles } from "../boot/test-medium.ts";
import { networkSettingsCommand } from "./command.ts";
import { nodeTryModules } from "./node-modules.ts";

const machines: FakeMachine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.remove();
});

const TRIED: NetworkSettings = {
  ipv6_config: { Fixed: { address: "2001:db8::7/64", gateway: "2001:db8::1" } },
  ipv4_config: null,
  domain_name: null,
};

interface Node {
  readonly machine: FakeMachine;
  /** What systemd was asked for. */
  readonly units: string[];
  network(): Promise<string>;
  record(): Promise<string>;
  run(...args: readonly string[]): Promise<string>;
}

async function bootedNode(variant: "prod" | "dev" = "dev"): Promise<Node> {
  const machine = await FakeMachine.create(mediumFiles(), variant);
  machines.push(machine);
  assert.ok((await machine.boot()).configured);
  const { layout } = machine;
  const units: string[] = [];
  const exec: Exec = {
    run: async (command) => {
      units.push(command.slice(1).join(" "));
      return { stdout: Buffer.alloc(0), stderr: "" };
    },
  };
  return {
    machine,
    units,
    network: () => readFile(join(layout.run, "systemd/network/10-guest.network"), "utf8"),
    record: () => readFile(join(layout.bootConfig, TRY_FILE), "utf8"),
    run: (...args) => networkSettingsCommand(args, nodeTryModules(layout, { exec, clock: systemClock })),
  };
}

async function withFile(content: unknown, work: (file: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-network-settings-"));
  try {
    await writeFile(join(directory, "settings.json"), JSON.stringify(content));
    await work(join(directory, "settings.json"));
  } finally {
    await rm(directory, { recursive: true });
  }
}

void test("try writes the network's files, restarts networkd after the watcher, and revert puts them back", async () => {
  const node = await bootedNode();
  const before = await node.network();
  await withFile(TRIED, async (file) => {
    assert.match(await node.run("try", file, "--seconds", "30"), /^In force for 30 s\./);
    assert.deepEqual(node.units, [
      "start --no-block network-settings-watch.service",
      "restart systemd-networkd.service",
    ]);
    assert.match(await node.network(), /^Address=2001:db8::7\/64$/m);
    assert.match(await node.run("status"), /^Tried for another 30 s: \{"ipv6_config"/);
    assert.equal((await stat(join(node.machine.layout.bootConfig, TRY_FILE))).mode & 0o777, 0o600);
    assert.equal(await node.run("revert"), "The settings of the node's configuration.\n");
    assert.equal(await node.network(), before);
  });
});

void test("the watcher takes back what nobody confirms", async () => {
  const node = await bootedNode();
  const before = await node.network();
  await withFile(TRIED, async (file) => {
    await node.run("try", file, "--seconds", "30");
    await writeFile(join(node.machine.layout.proc, "uptime"), "45.00 1.00\n");
    assert.equal(await node.run("watch"), "The settings of the node's configuration.\n");
    assert.equal(await node.network(), before);
    await assert.rejects(node.run("confirm"), { code: "nothing-tried" });
  });
});

void test("what is confirmed is in force after a restart: network, object and ic.json5", async () => {
  const node = await bootedNode();
  await withFile(TRIED, async (file) => {
    await node.run("try", file);
    assert.match(await node.run("confirm"), /^Kept/);
  });
  await node.machine.powerOn();
  const { configured, commands } = await node.machine.boot();
  assert.ok(configured);
  assert.ok(
    commands.some((command) => command.join(" ") === "systemctl try-restart --no-block systemd-networkd.service"),
  );
  assert.match(await node.network(), /^Address=2001:db8::7\/64$/m);
  const { run } = node.machine.layout;
  const config = parseGuestosConfig(await readFile(join(run, "config/config.json"), "utf8"), "config.json");
  assert.deepEqual(config.network_settings, TRIED);
  const ic = parseIcConfig(await readFile(join(run, "ic-node/config/ic.json5"), "utf8"), "ic.json5");
  assert.equal(ic.transport.node_ip, "2001:db8::7");
  // And what the configuration says is not lost.
  await node.run("forget");
  assert.match(await node.network(), /^Address=2001:db8::6801:aeff:fe1a:9bb\/64$/m);
  await node.machine.powerOn();
  await node.machine.boot();
  assert.match(await node.network(), /^Address=2001:db8::6801:aeff:fe1a:9bb\/64$/m);
});

void test("a restart during a try ends it", async () => {
  const node = await bootedNode();
  await withFile(TRIED, async (file) => void (await node.run("try", file)));
  await node.machine.powerOn();
  assert.ok((await node.machine.boot()).configured);
  assert.match(await node.network(), /^Address=2001:db8::6801:aeff:fe1a:9bb\/64$/m);
  assert.deepEqual(parseTryState(await node.record(), TRY_FILE), { kind: "settled", settings: null });
});

void test("a record that cannot be read is ignored with a warning; production images do not look at it", async () => {
  const dev = await bootedNode();
  await writeFile(join(dev.machine.layout.bootConfig, TRY_FILE), "{");
  await dev.machine.powerOn();
  assert.ok((await dev.machine.boot()).configured);
  assert.match(await dev.network(), /6801:aeff:fe1a:9bb/);
  assert.ok(dev.machine.logged.some((line) => line.startsWith("Kept network settings are ignored.")));
  const prod = await bootedNode("prod");
  await writeFile(join(prod.machine.layout.bootConfig, TRY_FILE), formatTryState({ kind: "settled", settings: TRIED }));
  await prod.machine.powerOn();
  assert.ok((await prod.machine.boot()).configured);
  assert.match(await prod.network(), /6801:aeff:fe1a:9bb/);
});

void test("two calls at once wait for each other, and one of two tries is refused", async () => {
  const node = await bootedNode();
  await withFile(TRIED, async (file) => {
    const outcomes = await Promise.allSettled([node.run("try", file), node.run("try", file), node.run("status")]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "fulfilled", "rejected"]);
    assert.equal(node.units.filter((unit) => unit.startsWith("restart")).length, 1);
  });
});

void test("wrong settings and wrong usage change nothing", async () => {
  const node = await bootedNode();
  await withFile({ ipv6_config: "Deterministic" }, async (file) => {
    await assert.rejects(node.run("try", file), { code: "invalid-network-settings" });
    for (const args of [[], ["try"], ["try", file, "--seconds", "0"], ["try", file, "--sec"], ["confirm", "x"], ["go"]])
      await assert.rejects(node.run(...args), { code: "usage" }, args.join(" "));
  });
  assert.deepEqual(node.units, []);
  await assert.rejects(node.record(), { code: "ENOENT" });
});
