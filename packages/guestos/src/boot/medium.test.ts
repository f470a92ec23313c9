import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { FakeMachine } from "./fake-machine.ts";
import { mediumFiles, TEST_CONFIG } from "./test-medium.ts";
import { read } from "./testing-files.ts";

void test("with router advertisements the address is left to who waits for it", async () => {
  const config = { ...TEST_CONFIG, network_settings: { ipv6_config: "RouterAdvertisement" as const } };
  await using machine = await FakeMachine.create(mediumFiles(config));
  const { console } = await machine.boot();
  assert.deepEqual(console, ["guestos: configured in 0.0 s: guest-001122334455 address from router advertisement"]);
  assert.deepEqual(await readdir(join(machine.layout.run, "ic-node/config")), []);
});

void test("a medium with the serial number `config` switches duplicate address detection off", async () => {
  await using machine = await FakeMachine.create();
  await writeFile(join(machine.layout.sys, "class/block/vdb/serial"), "config\n");
  await machine.boot();
  assert.match(await read(machine.layout.run, "systemd/network/10-guest.network"), /IPv6DuplicateAddressDetection=0/);
});

void test("a wrong field is named on the console with its file and what to do, before anything is changed", async () => {
  const files = mediumFiles();
  files.set(
    "config.json",
    (files.get("config.json") ?? "").replace("2001:db8::1", "router").replace("testnet", "staging"),
  );
  await using machine = await FakeMachine.create(files);
  const { configured, console, commands } = await machine.boot();
  assert.ok(!configured);
  assert.deepEqual(console, [
    "guestos: This node does not start. Failed: configuration.",
    "guestos: File: ic-bootstrap.tar:config.json",
    "guestos: Field: network_settings.ipv6_config.Fixed.gateway: is not an IPv6 address",
    "guestos: Field: icos_settings.deployment_environment: is neither mainnet nor testnet",
    "guestos: What to do: Correct the named fields on the host and start the machine again.",
  ]);
  assert.deepEqual(commands, []);
  await machine.insertMedium(mediumFiles());
  assert.ok((await machine.boot()).configured, "a corrected medium is taken without a restart");
});

void test("no medium, no config.json, another kind of machine: each is refused by name", async () => {
  await using machine = await FakeMachine.create();
  await machine.insertMedium(mediumFiles(), "OTHER");
  assert.match((await machine.boot()).console.join("\n"), /No device with the label CONFIG/);
  await machine.insertMedium(new Map([["other", ""]]));
  assert.match((await machine.boot()).console.join("\n"), /has no file config\.json/);
  await machine.insertMedium(mediumFiles({ ...TEST_CONFIG, guest_vm_type: "upgrade" }));
  assert.match((await machine.boot()).console.join("\n"), /guest_vm_type is upgrade/);
});

void test("keys are installed once: a changed medium does not change them", async () => {
  await using machine = await FakeMachine.create();
  await machine.boot();
  await machine.insertMedium(mediumFiles().set("node_operator_private_key.pem", "another"));
  await machine.powerOn();
  assert.ok((await machine.boot()).configured);
  assert.equal(await read(machine.layout.var, "lib/ic/data/node_operator_private_key.pem"), "operator key\n");
});
