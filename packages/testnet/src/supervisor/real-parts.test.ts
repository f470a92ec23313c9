import { after, test } from "node:test";
import assert from "node:assert/strict";
import { generateKeyPairSync, createPublicKey } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeCbor, Principal } from "@icos/certification";
import { BOOTSTRAP_FILES, Secret } from "@icos/config";
import { parseNnsInit } from "@icos/nns";
import { SubnetRecordSchema, NodeRecordSchema, decodeRecord, encodeRecord } from "@icos/registry";
import { createVirtualSwitch } from "@icos/vm";
import type { GatewayClient } from "../network/index.ts";
import { testnetDirectories } from "../state/directories.ts";
import type { TestnetFile } from "../state/testnet-file.ts";
import { deriveMachineAddress } from "../topology/machine-address.ts";
import { planTestnet } from "../topology/plan.ts";
import { defaultTopology, parseTopology } from "../topology/topology.ts";
import { openLoopbackPorts } from "./loopback-ports.ts";
import { nnsInit } from "./nns-init.ts";
import { machineUuid } from "./node-machine.ts";
import { nodeMediumContent, publicKeyPem } from "./node-medium.ts";
import { readReplicaStatus } from "./node-probe.ts";
import { registrySnapshot } from "./registry-snapshot.ts";
import type { TestnetFileKeeper } from "./run-supervisor.ts";
import { adoptFile } from "./shared-files.ts";
import { SERVICES_PORT, switchLinks } from "./switch-links.ts";

const root = await mkdtemp(join(tmpdir(), "icos-parts-"));
after(() => rm(root, { recursive: true, force: true }));

const topology = parseTopology(
  JSON.stringify({ nodes: [{ name: "a", addressing: "static" }, { name: "b", operator: "second" }, { name: "c" }] }),
);
const plan = planTestnet(testnetDirectories("t", { ICOS_STATE_DIR: root }, 0), topology, deriveMachineAddress);
const image: TestnetFile["image"] = {
  version: "v1",
  variant: "dev",
  rootHash: "a".repeat(64),
  diskImage: { path: "/d" },
  updateImage: { path: "/u", size: 1, sha256: "b".repeat(64) },
};
const principal = (byte: number): string => Principal.fromUint8Array(Uint8Array.of(byte)).toText();

void test("the registry begins with every operator's allowance and the versions of both images", () => {
  const operators = new Map([
    ["operator", principal(3)],
    ["second", principal(4)],
  ]);
  const content = nnsInit({
    topology,
    image,
    host: { image: { ...image, version: "h1" }, updateImageUrl: "http://[fd00::80]/h.tar.zst" },
    updateImageUrl: "http://[fd00::80]/u.tar.zst",
    governance: principal(1),
    provider: principal(2),
    operators,
  });
  const init = parseNnsInit(JSON.stringify(content));
  assert.deepEqual(
    init.operators.map((operator) => [operator.principal.toText(), operator.allowance, operator.dataCenter]),
    [
      [principal(3), 2, "local"],
      [principal(4), 1, "local"],
    ],
  );
  assert.deepEqual(init.requiredNodeKeys, ["nodeSigning", "committeeSigning", "tlsCertificate"]);
  assert.deepEqual([init.replicaVersion?.id, init.replicaVersion?.sha256], ["v1", "b".repeat(64)]);
  assert.equal(init.unassignedNodes?.replicaVersion, "v1");
  const { hostosVersion: host } = init;
  assert.deepEqual([host?.id, host?.sha256, host?.urls], ["h1", "b".repeat(64), ["http://[fd00::80]/h.tar.zst"]]);
});

void test("a node's medium has its network, its registry and its keys; the operator's key does not print", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  const [a, b] = plan.nodes;
  assert.ok(a && b);
  const common = {
    router: "fd00::1",
    nnsUrl: "http://[fd00::10]:8080",
    rootKey: "3081",
    operatorKey: privateKey,
    adminKey: "k",
  };
  const fixed = nodeMediumContent({ node: a, ...common });
  assert.deepEqual(fixed.config.network_settings.ipv6_config, {
    Fixed: { address: `${a.ipv6}/64`, gateway: "fd00::1" },
  });
  assert.equal(fixed.config.icos_settings.mgmt_mac, a.managementMac);
  assert.deepEqual(fixed.config.icos_settings.nns_urls.map(String), ["http://[fd00::10]:8080/"]);
  assert.equal(nodeMediumContent({ node: b, ...common }).config.network_settings.ipv6_config, "RouterAdvertisement");
  const key = fixed.files.get(BOOTSTRAP_FILES.operatorKey);
  assert.ok(key instanceof Secret);
  assert.match(Buffer.from(key.reveal()).toString(), /^-----BEGIN PRIVATE KEY-----/);
  assert.ok(!JSON.stringify([...fixed.files, fixed.config]).includes("BEGIN PRIVATE KEY"));
});

void test("a root key in PEM is the key in DER", () => {
  const { publicKey } = generateKeyPairSync("ed25519");
  const der = publicKey.export({ type: "spki", format: "der" });
  const back = createPublicKey(publicKeyPem(der.toString("hex"))).export({ type: "spki", format: "der" });
  assert.ok(der.equals(back));
});

void test("the registry's records say which node is at an address and in which subnet, however the address is spelt", () => {
  const node = (ipAddr: string) =>
    decodeRecord(NodeRecordSchema, encodeRecord(NodeRecordSchema, { http: { ipAddr, port: 8080 } }), "a node");
  const membership = [Principal.fromText(principal(7)).toUint8Array()];
  const subnet = decodeRecord(SubnetRecordSchema, encodeRecord(SubnetRecordSchema, { membership }), "a subnet");
  const snapshot = registrySnapshot(
    new Map([
      [principal(7), node("fd00:0:0:0:0:0:0:7")],
      [principal(8), node("nonsense")],
    ]),
    new Map([["subnet", subnet]]),
  );
  assert.deepEqual([...snapshot.nodeIdByAddress], [["fd00::7", principal(7)]]);
  assert.deepEqual([...snapshot.subnetIdByNode], [[principal(7), "subnet"]]);
});

void test("only a replica that says so is healthy", () => {
  const status = (value: unknown) => readReplicaStatus(encodeCbor(value));
  assert.deepEqual(status({ replica_health_status: "healthy", impl_version: "v" }), { healthy: true, version: "v" });
  assert.deepEqual(status({ replica_health_status: "starting" }), { healthy: false, version: undefined });
  assert.deepEqual(readReplicaStatus(Buffer.from("<html>")), { healthy: false, version: undefined });
});

void test("machine UUIDs are well-formed and differ", () => {
  const uuids = plan.nodes.map((node) => machineUuid("t", node.name));
  assert.equal(new Set(uuids).size, 3);
  for (const uuid of uuids) assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

void test("faults become settings of the switch, and the services stay in every group of a partition", async () => {
  const network = createVirtualSwitch({ seed: "s" });
  for (const name of ["a", "b", SERVICES_PORT]) network.addPort(name);
  const links = switchLinks(network);
  const link = (name: string) => network.status().find((port) => port.name === name);
  links.set("a", { delayMs: 20, lossPercent: 3 });
  assert.deepEqual(link("a")?.link, { delayMs: 20, jitterMs: 0, lossPercent: 3, bandwidthBitsPerSecond: 0 });
  links.set("a", { cut: true });
  assert.deepEqual([link("a")?.up, link("a")?.link.delayMs], [false, 0]);
  links.set("a", {});
  assert.equal(link("a")?.up, true);
  const groups: unknown[] = [];
  switchLinks({ ...network, setPartition: (next) => groups.push(next) }).partition([["a"], ["b"]]);
  assert.deepEqual(groups, [
    [
      ["a", SERVICES_PORT],
      ["b", SERVICES_PORT],
    ],
  ]);
  await network.close();
});

void test("a file of the cache is adopted once, survives the cache, and a missing one is named", async () => {
  const [source, target] = [join(root, "source"), join(root, "files", "target")];
  await writeFile(source, "image");
  await adoptFile(source, target);
  await rm(source);
  await adoptFile(source, target);
  assert.equal(await readFile(target, "utf8"), "image");
  await assert.rejects(adoptFile(source, join(root, "files", "other")), {
    code: "image-missing",
    place: { file: source },
  });
  assert.equal((await stat(join(root, "files"))).mode & 0o777, 0o700);
});

void test("loopback ports are kept, and replaced when somebody else has taken one", async () => {
  const file = memoryFile();
  const gateway: GatewayClient = { connect: () => Promise.reject(new Error("no network in this test")) };
  const targets = { nns: { host: "::1", port: 1 }, nodes: new Map([["a", { host: "::1", port: 2 }]]) };
  const first = await openLoopbackPorts(targets, gateway, file);
  const ports = file.current.ports;
  assert.equal(first.nnsUrl, `http://127.0.0.1:${ports.nns}`);
  assert.equal(first.statusUrl("a"), `http://127.0.0.1:${ports.nodes["a"]}/api/v2/status`);
  await first.close();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(ports.nns, "127.0.0.1", resolve));
  const second = await openLoopbackPorts(targets, gateway, file);
  assert.equal(file.current.ports.nodes["a"], ports.nodes["a"]);
  assert.notEqual(file.current.ports.nns, ports.nns);
  await second.close();
  await new Promise<unknown>((resolve) => other.close(resolve));
});

function memoryFile(): TestnetFileKeeper {
  let current: TestnetFile = {
    version: 1,
    name: "t",
    createdAt: new Date(0).toISOString(),
    topology: defaultTopology(1),
    image,
    ports: { nodes: {} },
    desired: "running",
  };
  return {
    get current() {
      return current;
    },
    update: async (change) => void (current = { ...current, ...change }),
  };
}
