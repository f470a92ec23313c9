import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { parseGuestosConfig, parseIcConfig } from "@icos/config";
import { IC_REPLICA, READERS } from "../layout.ts";
import { FakeMachine, programs } from "./fake-machine.ts";
import { mediumFiles, TEST_KEY } from "./test-medium.ts";
import { exists, mode, read } from "./testing-files.ts";

void test("the first boot makes the volumes, installs the keys and says so in one line", async () => {
  await using machine = await FakeMachine.create();
  const { configured, console, commands } = await machine.boot();
  assert.deepEqual(console, ["guestos: configured in 0.0 s: guest-001122334455 2001:db8::6801:aeff:fe1a:9bb"]);
  assert.ok(configured);
  const makeStore = "partx, cryptsetup luksFormat, cryptsetup open, lvm, mkfs.ext4, mkfs.ext4, mkfs.ext4, mount";
  assert.equal(
    programs(commands).join(", "),
    `mount, cryptsetup luksFormat, cryptsetup open, mkfs.ext4, mount, ${makeStore}, ssh-keygen`,
  );
  const { layout, owners } = machine;
  const { run, bootConfig } = layout;
  const data = join(layout.var, "lib/ic/data");
  assert.equal(await read(data, "node_operator_private_key.pem"), "operator key\n");
  assert.equal(await mode(data, "node_operator_private_key.pem"), "400");
  assert.equal(await read(data, "nns_public_key.pem"), "key of the testnet\n");
  assert.equal(await mode(data, "nns_public_key.pem"), "444");
  assert.equal(owners.get(join(data, "node_operator_private_key.pem")), 2000);
  assert.equal(owners.get(join(data, "orchestrator")), 2000);
  assert.equal(owners.get(join(run, "ic-node")), 2000);
  assert.equal((await readFile(join(bootConfig, "store.keyfile"))).length, 16);
  assert.equal(await mode(bootConfig, "store.keyfile"), "600");
  assert.equal(await read(bootConfig, "accounts_ssh_authorized_keys/admin"), `${TEST_KEY}\n`);
  assert.equal(await mode(bootConfig, "ssh/ssh_host_ed25519_key"), "600");
  assert.equal(await read(layout.proc, "sys/kernel/hostname"), "guest-001122334455");
  assert.match(await read(run, "systemd/network/10-guest.network"), /Address=2001:db8::6801:aeff:fe1a:9bb\/64/);
  assert.match(await read(run, "resolv.conf"), /^nameserver /);
  assert.equal(
    parseIcConfig(await read(run, "ic-node/config/ic.json5"), "ic.json5").http_handler.listen_addr,
    "[2001:db8::6801:aeff:fe1a:9bb]:8080",
  );
  assert.equal(await mode(run, "config/node_operator_private_key.pem"), "400");
  assert.ok(await exists(run, "config/guest_vm_type/default"));
  parseGuestosConfig(await read(run, "config/config.json"), "config.json");
});

void test("who may read a directory of the node hands that on to what is made in it; the keys are nobody's", async () => {
  await using machine = await FakeMachine.create(
    mediumFiles().set("accounts_ssh_authorized_keys/readonly", `${TEST_KEY}\n`),
  );
  const { layout, groups } = machine;
  await machine.boot();
  const ic = join(layout.var, "lib/ic");
  const state = async (path: string): Promise<readonly unknown[]> => [
    ((await stat(join(ic, path))).mode & 0o7777).toString(8),
    groups.get(join(ic, path)),
  ];
  assert.deepEqual(await state("crypto"), ["700", IC_REPLICA.gid]);
  assert.deepEqual(await state("backup"), ["2750", READERS.backup]);
  assert.deepEqual(await state("data/ic_state"), ["2750", READERS.nonconfidential]);
  assert.deepEqual(await state("data/ic_registry_local_store"), ["2750", READERS["ic-registry-local-store"]]);
  assert.deepEqual(await readdir(join(layout.bootConfig, "accounts_ssh_authorized_keys")), ["admin"]);
});

void test("prod has no keys for logins, no host key and no override of the root key", async () => {
  await using machine = await FakeMachine.create(mediumFiles(), "prod");
  const { configured, commands } = await machine.boot();
  assert.ok(configured);
  assert.ok(!programs(commands).includes("ssh-keygen"));
  assert.ok(!(await exists(machine.layout.run, "sshd")));
  assert.equal(await read(machine.layout.var, "lib/ic/data/nns_public_key.pem"), "key of the image\n");
});

void test("no log line and no console line shows a key", async () => {
  await using machine = await FakeMachine.create();
  const { console } = await machine.boot();
  for (const line of [...machine.logged, ...console]) assert.ok(!line.includes("operator key"), line);
  assert.ok(machine.logged.some((line) => line.includes('"phase":"store"')));
});
