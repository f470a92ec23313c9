import { after, test } from "node:test";
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BOOTSTRAP_FILES,
  CONFIG_OBJECTS,
  guestosConfigOf,
  HOST_FIREWALL_FILE,
  hostAddressOf,
  parseHostFirewall,
  readObject,
  Secret,
} from "@icos/config";
import type { Exec } from "@icos/system";
import { renderQemu } from "@icos/vm";
import { NO_ANSWERS, type ObservedNode } from "../bringup/observation.ts";
import { testnetDirectories } from "../state/directories.ts";
import { deriveMachineAddress } from "../topology/machine-address.ts";
import { planTestnet } from "../topology/plan.ts";
import { defaultTopology } from "../topology/topology.ts";
import { readHostMetrics } from "./host-probe.ts";
import { nestedConfigFiles, nestedHostConfig } from "./nested-config.ts";
import { nestedAccelerator, nestedMachineDefinition } from "./nested-machine.ts";
import { composeStatus, type StatusParts } from "./status.ts";
import { ensureStick } from "./usb-stick.ts";

const root = await mkdtemp(join(tmpdir(), "icos-nested-"));
after(() => rm(root, { recursive: true, force: true }));

const directories = testnetDirectories("t", { ICOS_STATE_DIR: "/state", XDG_RUNTIME_DIR: "/run/user/1" }, 1);
const plan = planTestnet(directories, defaultTopology(1, { nested: true }), deriveMachineAddress);
const [node] = plan.nodes;
assert.ok(node?.host);
const { host } = node;
const options = {
  node,
  prefix: plan.prefix,
  router: "fd00::1",
  nnsUrl: "http://[fd00::10]:8080",
  rootKey: "3081",
  operatorKey: generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey,
  adminKey: "ssh-ed25519 AAAA admin@icos",
};

void test("host and guest derive from the host's object the addresses that the testnet planned", () => {
  const config = nestedHostConfig(options);
  assert.deepEqual(hostAddressOf(config, "HostOS"), host);
  assert.deepEqual(hostAddressOf(config, "GuestOS"), { mac: node.mac, ipv6: node.ipv6 });
  const guest = guestosConfigOf(config, { type: "default" });
  assert.deepEqual(guest.network_settings.ipv6_config, { Fixed: { address: `${node.ipv6}/64`, gateway: "fd00::1" } });
  assert.equal(guest.guestos_settings.guestos_dev_settings.hostname, "node-0");
  const { vm_memory, vm_nr_of_vcpus } = config.hostos_settings.hostos_dev_settings;
  assert.deepEqual([(vm_memory - 4) * 1024, vm_nr_of_vcpus], [node.memoryMiB, node.vcpus]);
  const two = nestedHostConfig({ ...options, node: { ...node, guests: 2 } }).hostos_settings.hostos_dev_settings;
  assert.deepEqual([(two.vm_memory - 4) * 1024, two.vm_nr_of_vcpus], [2 * node.memoryMiB, 2 * node.vcpus]);
});

void test("the config volume has the object, keys for SSH and the registry's; the operator's key does not print", () => {
  const files = nestedConfigFiles(options);
  const object = files.get(BOOTSTRAP_FILES.config)?.content;
  assert.ok(typeof object === "string");
  assert.deepEqual(readObject(CONFIG_OBJECTS.HostOS, object, "config.json").config, nestedHostConfig(options));
  const key = files.get(BOOTSTRAP_FILES.operatorKey);
  assert.ok(key?.content instanceof Secret);
  assert.equal(key.mode, 0o600);
  assert.equal(files.get("ssh_authorized_keys/admin")?.content, `${options.adminKey}\n`);
  const firewall = files.get(HOST_FIREWALL_FILE)?.content;
  assert.ok(typeof firewall === "string");
  assert.deepEqual(parseHostFirewall(firewall, HOST_FIREWALL_FILE).operators, [
    { version: "v6", text: options.prefix },
  ]);
  assert.ok(!JSON.stringify([...files]).includes("PRIVATE KEY"));
});

void test("a nested node's machine is its host: firmware, the host's MAC, memory for both, a CPU with virtualisation", () => {
  const machine = { testnet: "t", node, switchSocket: "/run/net", observe: () => undefined };
  const firmware = { code: "/code.fd", variables: "/variables.fd" };
  const emulated = nestedMachineDefinition({ ...machine, accelerator: { kind: "tcg" } }, firmware);
  const text = renderQemu(emulated).join(" ");
  for (const part of [
    `mac=${host.mac}`,
    "size=2048M",
    "cpus=2",
    "tb-size=2048",
    "-cpu max",
    "/variables.fd",
    "bootindex=0",
  ])
    assert.ok(text.includes(part), `${part} is missing in: ${text}`);
  assert.doesNotMatch(text, /-kernel|usb-storage/);
  const two = { ...machine, node: { ...node, guests: 2 }, accelerator: { kind: "tcg" } as const };
  assert.match(renderQemu(nestedMachineDefinition(two, firmware)).join(" "), /cpus=3.*size=3072M/);
  const withStick = { ...machine, node: { ...node, usbStickMiB: 64 }, accelerator: { kind: "tcg" } as const };
  const rendered = renderQemu(nestedMachineDefinition(withStick, firmware)).join(" ");
  assert.match(rendered, /node-0\/stick\.img.*usb-storage/);
  assert.match(rendered, /-device i6300esb/);
  const fast = nestedMachineDefinition({ ...machine, accelerator: { kind: "kvm" } }, firmware);
  assert.match(renderQemu(fast).join(" "), /-accel kvm -cpu host/);
});

void test("a stick is made once, of the size that the topology says", async () => {
  const commands: string[][] = [];
  const exec: Exec = {
    async run(command) {
      commands.push([...command]);
      return { stdout: Buffer.alloc(0), stderr: "" };
    },
  };
  const directory = await mkdtemp(join(root, "stick-"));
  await ensureStick({ directory, usbStickMiB: undefined }, exec);
  assert.deepEqual(await readdir(directory), []);
  for (let i = 0; i < 2; i += 1) await ensureStick({ directory, usbStickMiB: 64 }, exec);
  assert.deepEqual(await readdir(directory), ["stick.img"]);
  assert.equal((await stat(join(directory, "stick.img"))).size, 64 * 1024 * 1024);
  assert.deepEqual(
    commands.map(([program]) => program),
    ["mkfs.fat"],
  );
});

void test("KVM is used only where it can be nested", async () => {
  const parameter = join(root, "nested");
  assert.deepEqual(await nestedAccelerator({ kind: "kvm" }, parameter), { kind: "tcg" });
  for (const [value, kind] of [
    ["1\n", "kvm"],
    ["Y\n", "kvm"],
    ["0\n", "tcg"],
  ] as const) {
    await writeFile(parameter, value);
    assert.deepEqual(await nestedAccelerator({ kind: "kvm" }, parameter), { kind });
  }
  await writeFile(parameter, "1\n");
  assert.deepEqual(await nestedAccelerator({ kind: "tcg" }, parameter), { kind: "tcg" });
});

void test("HostOS's metrics say version, slot and what the guest's machine does", () => {
  const text = [
    "# HELP hostos_version The version.",
    'hostos_version{version="abc\\"d"} 1',
    'hostos_boot_slot{slot="B"} 1',
    "hostos_boot_stable 0",
    'hostos_guestos_state{vm="guestos"} 2',
    "",
  ].join("\n");
  assert.deepEqual(readHostMetrics(text), { version: 'abc\\"d', slot: "B", confirmed: false, guestVm: "stopped" });
  assert.deepEqual(readHostMetrics("node_load1 0.1\n"), {
    version: undefined,
    slot: undefined,
    confirmed: undefined,
    guestVm: undefined,
  });
});

void test("the status of a nested node shows both layers", () => {
  const seen: ObservedNode = {
    machine: { kind: "running" },
    answers: {
      ...NO_ANSWERS,
      host: { version: "h2", slot: "A", confirmed: true, guestVm: "stopped" },
      hostSinceStart: true,
    },
    nodeId: "id",
    subnetId: undefined,
    hostVersion: undefined,
  };
  const parts: StatusParts = {
    situation: "starting",
    accelerator: "tcg",
    imageVersion: "g1",
    hostVersion: "h1",
    services: undefined,
    faults: undefined,
    progress: [],
    problem: null,
  };
  const status = (answers: ObservedNode["answers"]) =>
    composeStatus(plan, { services: "running", nodes: new Map([[node.name, { ...seen, answers }]]) }, parts).nodes[0];
  const both = status(seen.answers);
  assert.equal(both?.state, "booting");
  assert.deepEqual(both.host, {
    state: "running",
    ipv6: host.ipv6,
    version: "h2",
    slot: "A",
    confirmed: true,
    guestVm: "stopped",
  });
  const silent = { state: "booting", ipv6: host.ipv6, version: "h1", slot: null, confirmed: null, guestVm: null };
  assert.deepEqual(status(NO_ANSWERS)?.host, silent);
});
