import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { selfAuthenticating } from "@icos/certification";
import { getNodeOperatorRecord, getRoutingTable, LocalStore, RegistryClient } from "@icos/registry";
import { deriveMachineAddress, parseTopology, planTestnet, testnetDirectories } from "@icos/testnet";
import { createProgram } from "../program.ts";
import { type PrepReport, prepReportSchema } from "../schemas/prep.ts";
import { testContext } from "../../test/icos.ts";
import { parsePrinted } from "../../test/published-schema.ts";

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-prep-cli-"));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs `icos prep --json`; the error when it fails. */
const prep = (directory: string, ...args: readonly string[]): Promise<PrepReport> =>
  prepIn(directory, () => undefined, ...args);

async function prepIn(directory: string, err: (text: string) => void, ...args: readonly string[]): Promise<PrepReport> {
  const printed: string[] = [];
  const context = testContext({
    env: { ICOS_STATE_DIR: directory, XDG_RUNTIME_DIR: directory },
    out: (text) => void printed.push(text),
    err,
  });
  const options = ["--working-dir", join(directory, "network"), "--json", "--seed", "test", ...args];
  await createProgram(context).parseAsync(["prep", ...options], { from: "user" });
  return parsePrinted(prepReportSchema, printed.join(""));
}

void test("nodes in upstream's notation, with and without braces, and options over what the file says", async () => {
  await inDirectory(async (directory) => {
    const file = join(directory, "plan.json5");
    await writeFile(file, `{ replica_version: "old", ssh_readonly_access: ["ssh-ed25519 a"], nodes: [] }`);
    const nodes = [
      `idx:3,subnet_idx:1,xnet_api:"[2001:db8::1]:1",public_api:"[2001:db8::1]:2"`,
      `{idx:0,xnet_api:"[2001:db8::2]:1",public_api:"[2001:db8::2]:2",}`,
    ].flatMap((node) => ["--node", node]);
    const report = await prep(directory, "--topology", file, "--replica-version", "v2", ...nodes);
    assert.deepEqual(
      report.nodes.map(({ idx, directory: name, subnet }) => [idx, name, subnet === report.subnets[0]?.id]),
      [
        [3, "node-3", true],
        [0, "node-0", false],
      ],
    );
    assert.deepEqual(report.made, ["governance.pem", "node_operator_private_key.pem"]);
  });
});

void test("a testnet's topology gives its nodes the addresses that they have in the testnet", async () => {
  await inDirectory(async (directory) => {
    const file = join(directory, "topology.json");
    const text = JSON.stringify({ nodes: [{ name: "a" }, { name: "b" }], subnets: [{ name: "s", nodes: ["b"] }] });
    await writeFile(file, text);
    const { readPlan } = await import("./prep-plan.ts");
    const context = { env: { ICOS_STATE_DIR: directory }, uid: 1 } as const;
    const options = { workingDir: "", topology: file, testnet: "small", replicaVersion: "v", subnetRecords: true };
    const plan = await readPlan(context, options);
    const directories = testnetDirectories("small", context.env, 1);
    const { nodes } = planTestnet(directories, parseTopology(text), deriveMachineAddress);
    const [a, b] = nodes.map(({ ipv6 }) => ({ xnet_api: `[${ipv6}]:2497`, public_api: `[${ipv6}]:8080` }));
    assert.deepEqual(plan, {
      nodes: [
        { idx: 0, ...a },
        { idx: 1, subnet_idx: 0, ...b },
      ],
      replica_version: "v",
    });
  });
});

void test("data centres come from a directory; subnets, canister ids and a missing image are as told", async () => {
  await inDirectory(async (directory) => {
    const at = (name: string): string => join(directory, name);
    const key = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" });
    await writeFile(at("dc1.der"), key);
    await writeFile(at("meta.json"), JSON.stringify({ dc1: { node_allowance: 7, node_provider: "dc1.der" } }));
    const operator = selfAuthenticating(key).toText();
    const node = `idx:0,subnet_idx:0,xnet_api:"[2001:db8::1]:1",public_api:"[2001:db8::1]:2",node_operator_principal_id:"${operator}"`;
    const said: string[] = [];
    const options = [
      "--replica-version",
      "v1",
      "--node",
      node,
      "--dc-pk-path",
      directory,
      "--require-node-provider-key",
    ];
    const more = ["--no-subnet-records", "--use-specified-ids-allocation-range"];
    const report = await prepIn(directory, (text) => void said.push(text), ...options, ...more);
    assert.deepEqual([report.subnets, report.nodes[0]?.subnet, report.made], [[], null, ["governance.pem"]]);
    assert.match(said.join(""), /^note: version v1 has no update image/);
    const store = new RegistryClient(new LocalStore(join(directory, "network/ic_registry_local_store")));
    assert.equal(await store.pollOnce(), 1);
    const record = getNodeOperatorRecord(store, selfAuthenticating(key), 1);
    assert.deepEqual([record?.nodeAllowance, record?.dcId], [7n, "dc1"]);
    assert.deepEqual(
      getRoutingTable(store, 1)?.map(({ start }) => start),
      [0n, (1n << 63n) + (1n << 20n)],
    );
    await rm(at("network"), { recursive: true });
    said.length = 0;
    await prepIn(directory, (text) => void said.push(text), ...options, "--allow-empty-update-image");
    assert.deepEqual(said, []);
    await writeFile(at("meta.json"), JSON.stringify({ dc1: { node_allowance: 7 } }));
    await assert.rejects(prep(directory, ...options), { code: "prep-data-centers-invalid" });
    await assert.rejects(prep(directory, "--node", node, "--require-node-provider-key"), { code: "usage" });
  });
});

void test("without nodes, without a version, with a file that is not there: refused, and nothing is written", async () => {
  await inDirectory(async (directory) => {
    await assert.rejects(prep(directory), { code: "usage" });
    await assert.rejects(prep(directory, "--topology", join(directory, "none")), { code: "file-unreadable" });
    const node = `idx:0,xnet_api:"[2001:db8::1]:1",public_api:"[2001:db8::1]:2"`;
    await assert.rejects(prep(directory, "--node", node), { code: "prep-plan-invalid", message: /replica_version/ });
  });
});
