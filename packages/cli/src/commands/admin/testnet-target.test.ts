import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  defaultTopology,
  deriveMachineAddress,
  planTestnet,
  testnetDirectories,
  type TestnetFile,
  type TestnetStatus,
  writeTestnetFile,
} from "@icos/testnet";
import { GOVERNANCE_PEM, operator, OPERATOR_PEM, testNns } from "../../../../nns/test/nns-fixture.ts";
import { testNode } from "../../../../registry/test/nodes.ts";
import { startControlServer } from "../../../../testnet/src/control/control-server.ts";
import { offlineStatus } from "../../../../testnet/src/supervisor/status.ts";
import { testContext } from "../../../test/icos.ts";
import { runInContext } from "../../run-cli.ts";

const node = testNode(0);

void test("a testnet is known by its name: address, root key, keys, and its nodes by theirs", async () => {
  const state = await mkdtemp(join(tmpdir(), "icos-at-"));
  const env = { ICOS_STATE_DIR: state, XDG_RUNTIME_DIR: state };
  const directories = testnetDirectories("alpha", env, 0);
  const file = testnetFile();
  await mkdir(directories.run, { recursive: true });
  await mkdir(directories.keys, { recursive: true });
  await writeTestnetFile(directories, file);
  await writeFile(join(directories.keys, "governance.pem"), GOVERNANCE_PEM, { mode: 0o600 });
  await writeFile(join(directories.keys, "operator-operator.pem"), OPERATOR_PEM, { mode: 0o600 });
  await using nns = await testNns();
  await nns.client(operator).call("add_node", node.payload);
  const status = running(offlineStatus(planTestnet(directories, file.topology, deriveMachineAddress), "v1", false), {
    url: nns.url,
    rootKey: Buffer.from(nns.nns.rootKey).toString("hex"),
  });
  const refuse = (): Promise<never> => Promise.reject(new Error("not here"));
  const handlers = { status: () => status, power: refuse, fault: refuse, shutdown: refuse };
  const server = await startControlServer(directories.controlSocket, handlers);
  const admin = async (...args: readonly string[]): Promise<string> => {
    const out: string[] = [];
    const write = (text: string): void => void out.push(text);
    const context = testContext({ env, uid: 0, out: write, err: write });
    const code = await runInContext(["admin", ...args], context);
    return `${code}\n${out.join("")}`;
  };
  try {
    assert.match(await admin("get", "node", "node-0"), new RegExp(`^0\nkey +node_record_${node.id.toText()}\n`));
    assert.match(
      await admin(
        "propose",
        "create-subnet",
        "--node-ids",
        "node-0",
        "--replica-version-id",
        "v1",
        "--testnet",
        "alpha",
      ),
      /^0\nProposal 1: executed, registry version 3\n/,
    );
    assert.match(await admin("call", "remove-node-directly", "--node-id", "node-0"), /^1\nerror: .*member|^1\nerror: /);
    assert.match(await admin("load", "/nonexistent"), /^1\n.*cannot be read/);
    assert.match(await admin("get", "nodes", "--testnet", "beta"), /^1\nerror: There is no testnet "beta"/);
  } finally {
    await server.close();
    await rm(state, { recursive: true });
  }
});

function testnetFile(): TestnetFile {
  return {
    version: 1,
    name: "alpha",
    createdAt: new Date(0).toISOString(),
    topology: defaultTopology(1),
    image: {
      version: "v1",
      variant: "dev",
      rootHash: "0".repeat(64),
      diskImage: { path: "/nonexistent/disk.img" },
      updateImage: { path: "/nonexistent/update", size: 1, sha256: "1".repeat(64) },
    },
    ports: { nodes: {} },
    desired: "running",
  };
}

/** What a supervisor says once its registry serves and its node is registered. */
function running(status: TestnetStatus, nns: TestnetStatus["nns"]): TestnetStatus {
  return {
    ...status,
    state: "running",
    nns,
    nodes: status.nodes.map((each) => ({ ...each, nodeId: node.id.toText() })),
  };
}
