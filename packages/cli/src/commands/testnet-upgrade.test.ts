import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { decodeRecord, HostosVersionRecordSchema, registryKey } from "@icos/registry";
import {
  defaultTopology,
  deriveMachineAddress,
  planTestnet,
  testnetDirectories,
  type HostStatus,
  type TestnetFile,
  type TestnetStatus,
  writeTestnetFile,
} from "@icos/testnet";
import { GOVERNANCE_PEM, operator, testNns, type TestNns } from "../../../nns/test/nns-fixture.ts";
import { testNode } from "../../../registry/test/nodes.ts";
import { writeUpdateImageTar } from "../../../slots/src/update-image-write.ts";
import { startControlServer } from "../../../testnet/src/control/control-server.ts";
import { offlineStatus } from "../../../testnet/src/supervisor/status.ts";
import { icosIn, type Outcome } from "../../test/icos.ts";

const node = testNode(0);
const OLD = { version: "h1", slot: "A", confirmed: true } as const;

interface Upgradable {
  readonly state: string;
  readonly nns: TestNns;
  readonly image: (name: string, version: string) => Promise<string>;
  readonly upgrade: (...args: readonly string[]) => Promise<Outcome>;
  /** What the supervisor says of the host, one after the other; the last one from then on. */
  readonly says: (...hosts: readonly Partial<HostStatus>[]) => void;
}

/** A running testnet with a registry and a node that is registered; there is no machine. */
async function withTestnet(nested: boolean, body: (testnet: Upgradable) => Promise<void>): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), "icos-tu-"));
  const env = { ICOS_STATE_DIR: state, XDG_RUNTIME_DIR: state };
  const directories = testnetDirectories("t", env, process.getuid?.() ?? 0);
  const topology = defaultTopology(1, { nested });
  for (const directory of [directories.run, directories.keys]) await mkdir(directory, { recursive: true });
  await writeTestnetFile(directories, testnetFile(topology));
  await writeFile(join(directories.keys, "governance.pem"), GOVERNANCE_PEM, { mode: 0o600 });
  await using nns = await testNns();
  await nns.client(operator).call("add_node", node.payload);
  const offline = offlineStatus(planTestnet(directories, topology, deriveMachineAddress), "v1", false);
  let hosts: readonly Partial<HostStatus>[] = [OLD];
  const handlers = {
    status(): TestnetStatus {
      const [now = OLD, ...later] = hosts;
      if (later.length > 0) hosts = later;
      const nodes = offline.nodes.map((each) => ({
        ...each,
        nodeId: node.id.toText(),
        state: "healthy" as const,
        host: each.host && { ...each.host, state: "running" as const, ...now },
      }));
      const rootKey = Buffer.from(nns.nns.rootKey).toString("hex");
      return { ...offline, state: "running", nns: { url: nns.url, rootKey }, nodes };
    },
    power: () => Promise.reject(new Error("not here")),
    fault: () => Promise.reject(new Error("not here")),
    shutdown: () => Promise.reject(new Error("not here")),
  };
  const server = await startControlServer(directories.controlSocket, handlers);
  try {
    await body({
      state: directories.state,
      nns,
      image: (name, version) => writeImage(join(state, name), version),
      upgrade: (...args) => icosIn(env, "testnet", "upgrade", "t", ...args),
      says: (...next) => void (hosts = next),
    });
  } finally {
    await server.close();
    await rm(state, { recursive: true });
  }
}

async function writeImage(file: string, version: string): Promise<string> {
  for (const part of ["boot", "root"]) await writeFile(`${file}.${part}`, `${part} of ${file}`);
  const chunks: Buffer[] = [];
  for await (const chunk of writeUpdateImageTar({ version, boot: `${file}.boot`, root: `${file}.root` }))
    chunks.push(chunk);
  await writeFile(file, Buffer.concat(chunks));
  return file;
}

void test("a version is served in the testnet, elected and assigned by proposals; one that is elected is only assigned, and no other image may have its name", () =>
  withTestnet(true, async ({ state, nns, image, upgrade }) => {
    const file = await image("next", "h2");
    const first = await upgrade("--hostos", file, "--no-wait");
    assert.equal(first.code, 0, first.err);
    assert.match(first.err, /Proposal 1: Elect HostOS h2\.\nProposal 2: HostOS h2 on node-0\./);
    const sha256 = hash("sha256", await readFile(file));
    const served = `hostos-update-img-${sha256}.tar.zst`;
    assert.deepEqual(await readdir(join(state, "files")), [served]);
    const client = nns.client();
    const value = (await client.history()).value(registryKey.hostosVersion("h2"), await client.latestVersion());
    assert.ok(value);
    const record = decodeRecord(HostosVersionRecordSchema, value, "the record");
    assert.equal(record.releasePackageSha256Hex, sha256);
    assert.match(record.releasePackageUrls.join(" "), new RegExp(`^http://\\[fd[0-9a-f:]+::80\\]/${served}$`));
    assert.equal((await client.nodes()).get(node.id.toText())?.hostosVersionId, "h2");
    const second = await upgrade("--hostos", file, "--no-wait");
    assert.match(second.err, /^Proposal 3: HostOS h2 on node-0\.\n$/);
    const other = await upgrade("--hostos", await image("other", "h2"), "--no-wait");
    assert.equal(other.code, 1);
    assert.match(other.err, /another image under the version h2/);
  }));

void test("it waits until the version is confirmed", () =>
  withTestnet(true, async ({ image, upgrade, says }) => {
    // It is looked at four times before and while something is proposed.
    says(OLD, OLD, OLD, OLD, { ...OLD, version: "h2", slot: "B" });
    const done = await upgrade("--hostos", await image("next", "h2"), "--timeout", "30", "--json");
    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /"version": "h2"/);
  }));

void test("what cannot be upgraded is named", async () => {
  await withTestnet(true, async ({ image, upgrade }) => {
    assert.match((await upgrade()).err, /Say what to upgrade: --hostos/);
    assert.match((await upgrade("--hostos", "/nonexistent")).err, /does not exist/);
    const file = await image("next", "h2");
    assert.match((await upgrade("--hostos", file, "--nodes", "node-7")).err, /node-7: there is no such node/);
    assert.equal((await upgrade("--hostos", file, "--version", "x")).code, 2);
  });
  await withTestnet(false, async ({ upgrade }) => {
    assert.match((await upgrade("--hostos", "x")).err, /No node of testnet "t" has a HostOS/);
  });
});

function testnetFile(topology: TestnetFile["topology"]): TestnetFile {
  const image = {
    version: "v1",
    variant: "dev",
    rootHash: "0".repeat(64),
    diskImage: { path: "/nonexistent/disk.img" },
    updateImage: { path: "/nonexistent/update", size: 1, sha256: "1".repeat(64) },
  } as const;
  const createdAt = new Date(0).toISOString();
  return {
    version: 1,
    name: "t",
    createdAt,
    topology,
    image,
    hostImage: image,
    ports: { nodes: {} },
    desired: "running",
  };
}
