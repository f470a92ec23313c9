import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { deriveMachineAddress, parseTopology, planTestnet, testnetDirectories } from "@icos/testnet";
import type { CliContext } from "../context.ts";
import { createProgram } from "../program.ts";
import { type PrepReport, prepReportSchema } from "../schemas/prep.ts";
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
async function prep(directory: string, ...args: readonly string[]): Promise<PrepReport> {
  const printed: string[] = [];
  const context: CliContext = {
    env: { ICOS_STATE_DIR: directory, XDG_RUNTIME_DIR: directory },
    uid: 1000,
    interactive: false,
    signal: new AbortController().signal,
    out: (text) => void printed.push(text),
    err: () => undefined,
    style: (_style, text) => text,
    columns: undefined,
  };
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
    const plan = await readPlan(context, { workingDir: "", topology: file, testnet: "small", replicaVersion: "v" });
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

void test("without nodes, without a version, with a file that is not there: refused, and nothing is written", async () => {
  await inDirectory(async (directory) => {
    await assert.rejects(prep(directory), { code: "usage" });
    await assert.rejects(prep(directory, "--topology", join(directory, "none")), { code: "file-unreadable" });
    const node = `idx:0,xnet_api:"[2001:db8::1]:1",public_api:"[2001:db8::1]:2"`;
    await assert.rejects(prep(directory, "--node", node), { code: "prep-plan-invalid", message: /replica_version/ });
  });
});
