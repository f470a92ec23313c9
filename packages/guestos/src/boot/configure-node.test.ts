import { access, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import assert from "node:assert/strict";
import { parseGuestosConfig, parseIcConfig } from "@icos/config";
import { IC_REPLICA, READERS } from "../layout.ts";
import { FakeMachine } from "./fake-machine.ts";
import { luksHeaders, overwrite } from "./luks-fixture.ts";
import { mediumFiles, TEST_CONFIG, TEST_KEY } from "./test-medium.ts";

const machines: FakeMachine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.remove();
});

async function machineWith(files = mediumFiles(), variant: "prod" | "dev" = "dev"): Promise<FakeMachine> {
  const machine = await FakeMachine.create(files, variant);
  machines.push(machine);
  return machine;
}

const programs = (commands: readonly (readonly string[])[]): string[] =>
  commands.map(([program, first]) => (program === "cryptsetup" ? `cryptsetup ${first}` : String(program)));
const read = (...path: string[]): Promise<string> => readFile(join(...path), "utf8");
const mode = async (...path: string[]): Promise<string> => ((await stat(join(...path))).mode & 0o777).toString(8);
const exists = (...path: string[]): Promise<boolean> =>
  access(join(...path)).then(
    () => true,
    () => false,
  );

void test("the first boot makes the volumes, installs the keys and says so in one line", async () => {
  const machine = await machineWith();
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
  const machine = await machineWith(mediumFiles().set("accounts_ssh_authorized_keys/readonly", `${TEST_KEY}\n`));
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

void test("the disk parameters are upstream's", async () => {
  const machine = await machineWith();
  const { commands } = await machine.boot();
  const format = commands.find((command) => command[1] === "luksFormat")?.join(" ") ?? "";
  assert.match(
    format,
    /--type luks2 --cipher aes-xts-plain64 --key-size 512 .*--pbkdf pbkdf2 --pbkdf-force-iterations 1000/,
  );
  assert.match(format, /vda6$/);
  const opens = commands.filter((command) => command[1] === "open").map((command) => command.join(" "));
  assert.doesNotMatch(opens[0] ?? "", /discards/);
  assert.match(opens[1] ?? "", /--allow-discards .*vda10 vda10-crypt$/);
  const script = await read(machine.layout.run, "guestos/create-store.lvm");
  assert.match(script, /^vgcreate .* store .*vda10-crypt$/m);
  assert.match(script, /--name shared-crypto --size 1024m store$/m);
});

void test("a later boot starts six processes and formats nothing", async () => {
  const machine = await machineWith();
  await machine.boot();
  await machine.powerOn();
  const { configured, commands } = await machine.boot();
  assert.ok(configured);
  assert.deepEqual(programs(commands), ["mount", "cryptsetup open", "mount", "cryptsetup open", "lvm", "mount"]);
});

void test("the other slot has its own /var and the same store", async () => {
  const machine = await machineWith();
  await machine.boot();
  await machine.powerOn("B");
  const { configured, commands } = await machine.boot();
  assert.ok(configured);
  assert.deepEqual(
    programs(commands).filter((program) => program.includes("Format")),
    ["cryptsetup luksFormat"],
  );
  assert.match(commands.find((command) => command[1] === "luksFormat")?.at(-1) ?? "", /vda9$/);
});

void test("a /var that an installer has cleared is made anew; the store is not, whatever was cleared", async () => {
  const machine = await machineWith();
  await machine.boot();
  await overwrite(join(machine.layout.dev, "vda6"), 0, Buffer.alloc(luksHeaders("x").length));
  await machine.powerOn();
  assert.deepEqual(programs((await machine.boot()).commands).slice(1, 5), [
    "cryptsetup luksFormat",
    "cryptsetup open",
    "mkfs.ext4",
    "mount",
  ]);
  await overwrite(join(machine.layout.dev, "vda10"), 0, Buffer.alloc(luksHeaders("x").length));
  await machine.powerOn();
  const { configured, console, commands } = await machine.boot();
  assert.ok(!configured);
  assert.ok(!programs(commands).includes("cryptsetup luksFormat"));
  assert.match(console.join("\n"), /store .*its LUKS header is gone/);
});

void test("a damaged or foreign volume is refused and not touched", async () => {
  for (const [bytes, reason] of [
    [Buffer.from("LUKS\xba\xbe", "latin1"), /damaged/],
    [luksHeaders("11111111-2222-3333-4444-555555555555"), /it is the volume 11111111/],
  ] as const) {
    const machine = await machineWith();
    await machine.boot();
    const device = join(machine.layout.dev, "vda10");
    await overwrite(device, 0, Buffer.concat([bytes, Buffer.alloc(luksHeaders("x").length - bytes.length)]));
    await machine.powerOn();
    const { configured, console, commands } = await machine.boot();
    assert.ok(!configured);
    assert.ok(!programs(commands).includes("cryptsetup luksFormat"));
    assert.match(console.join("\n"), reason);
    assert.match(console.join("\n"), /What to do: Nothing was changed/);
  }
});

void test("a lost key, a lost partition and a missing logical volume are refused by name", async () => {
  const machine = await machineWith();
  await machine.boot();
  await machine.powerOn();
  const key = await readFile(join(machine.layout.bootConfig, "store.keyfile"));
  await rm(join(machine.layout.bootConfig, "store.keyfile"));
  assert.match((await machine.boot()).console.join("\n"), /store\.keyfile is gone/);
  assert.ok(!(await exists(machine.layout.bootConfig, "store.keyfile")));
  await writeFile(join(machine.layout.bootConfig, "store.keyfile"), key);
  machine.commands.volumes.get(join(machine.layout.dev, "vda10"))?.group?.delete("shared-data");
  await machine.powerOn();
  assert.match((await machine.boot()).console.join("\n"), /lacks the volumes store-shared--data/);
});

void test("prod has no keys for logins, no host key and no override of the root key", async () => {
  const machine = await machineWith(mediumFiles(), "prod");
  const { configured, commands } = await machine.boot();
  assert.ok(configured);
  assert.ok(!programs(commands).includes("ssh-keygen"));
  assert.ok(!(await exists(machine.layout.run, "sshd")));
  assert.equal(await read(machine.layout.var, "lib/ic/data/nns_public_key.pem"), "key of the image\n");
});

void test("keys are installed once: a changed medium does not change them", async () => {
  const machine = await machineWith();
  await machine.boot();
  await machine.insertMedium(mediumFiles().set("node_operator_private_key.pem", "another"));
  await machine.powerOn();
  assert.ok((await machine.boot()).configured);
  assert.equal(await read(machine.layout.var, "lib/ic/data/node_operator_private_key.pem"), "operator key\n");
});

void test("with router advertisements the address is left to who waits for it", async () => {
  const config = { ...TEST_CONFIG, network_settings: { ipv6_config: "RouterAdvertisement" as const } };
  const machine = await machineWith(mediumFiles(config));
  const { console } = await machine.boot();
  assert.deepEqual(console, ["guestos: configured in 0.0 s: guest-001122334455 address from router advertisement"]);
  assert.deepEqual(await readdir(join(machine.layout.run, "ic-node/config")), []);
});

void test("a medium with the serial number `config` switches duplicate address detection off", async () => {
  const machine = await machineWith();
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
  const machine = await machineWith(files);
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
  const machine = await machineWith();
  await machine.insertMedium(mediumFiles(), "OTHER");
  assert.match((await machine.boot()).console.join("\n"), /No device with the label CONFIG/);
  await machine.insertMedium(new Map([["other", ""]]));
  assert.match((await machine.boot()).console.join("\n"), /has no file config\.json/);
  await machine.insertMedium(mediumFiles({ ...TEST_CONFIG, guest_vm_type: "upgrade" }));
  assert.match((await machine.boot()).console.join("\n"), /guest_vm_type is upgrade/);
});

void test("no log line and no console line shows a key", async () => {
  const machine = await machineWith();
  const { console } = await machine.boot();
  for (const line of [...machine.logged, ...console]) assert.ok(!line.includes("operator key"), line);
  assert.ok(machine.logged.some((line) => line.includes('"phase":"store"')));
});
