import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultTopology, testnetStatusSchema, type TestnetFile } from "@icos/testnet";
import { testnetChangeSchema, testnetListSchema } from "./schemas/testnet.ts";
import { icosIn, icosProcess, type Outcome } from "../test/icos.ts";
import { parsePrinted } from "../test/published-schema.ts";

const environment = (state: string) => ({ ICOS_STATE_DIR: state, XDG_RUNTIME_DIR: join(state, "run") });

const icos = (state: string, ...args: readonly string[]): Promise<Outcome> => icosIn(environment(state), ...args);

/** For what `main.ts` does, and for commands that write to the terminal themselves; it takes a hundred times as long. */
const ofItsOwn = (state: string, ...args: readonly string[]): Promise<Outcome> =>
  icosProcess(environment(state), ...args);

async function withState(work: (state: string) => Promise<void>): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), "icos-cli-"));
  try {
    await work(state);
  } finally {
    await rm(state, { recursive: true });
  }
}

/** A testnet as `stop` leaves it behind. */
async function writeStopped(state: string, name: string, desired: "stopped" | "running" = "stopped"): Promise<void> {
  const file: TestnetFile = {
    version: 1,
    name,
    createdAt: new Date(0).toISOString(),
    topology: defaultTopology(2),
    image: {
      version: "1.2.3",
      variant: "dev",
      rootHash: "0".repeat(64),
      diskImage: { path: "/nonexistent/disk.img" },
      updateImage: { path: "/nonexistent/update", size: 1, sha256: "1".repeat(64) },
    },
    ports: { nodes: {} },
    desired,
  };
  const directory = join(state, "testnets", name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "testnet.json"), JSON.stringify(file));
}

void test("help, version and examples are there for every command", async () => {
  await withState(async (state) => {
    const help = await ofItsOwn(state, "testnet", "up", "--help");
    assert.equal(help.code, 0);
    assert.match(help.out, /Examples:\n {2}\$ icos testnet up\n/);
    assert.match((await ofItsOwn(state, "--version")).out, /^\d+\.\d+\.\d+\n$/);
  });
});

void test("wrong usage exits with 2 and says what is wrong", async () => {
  await withState(async (state) => {
    const cases: [string[], RegExp][] = [
      [["testnet", "frobnicate"], /unknown command/],
      [["testnet", "up", "--nodes", "many"], /whole number from 1 to 64/],
      [["testnet", "up", "--nodes", "1", "--topology", "x"], /exclude each other/],
      [["testnet", "status", "No Name"], /cannot be the name/],
      [["testnet", "power", "explode", "node-0"], /not an action/],
      [["image", "build", "windows"], /Allowed choices are guestos/],
      [["test", "unt"], /Allowed choices are check, unit/],
      [["bench", "nothing"], /There is no bench "nothing"/],
    ];
    for (const [args, message] of cases) {
      const { code, err, out } = await icos(state, ...args);
      assert.match(err, message);
      assert.equal(code, 2, args.join(" "));
      assert.equal(out, "");
    }
    assert.equal((await ofItsOwn(state, "testnet", "frobnicate")).code, 2);
  });
});

void test("failures exit with 1: what, where, what next, and nothing on standard output", async () => {
  await withState(async (state) => {
    const missing = await ofItsOwn(state, "testnet", "status");
    assert.equal(missing.code, 1);
    assert.equal(missing.out, "");
    assert.match(missing.err, /^error: There is no testnet "default"\.\nnext: .*\ncode: {2}no-such-testnet\n$/);
    const topology = join(state, "bad.json");
    await writeFile(
      topology,
      JSON.stringify({ nodes: [{ name: "a" }, { name: "a" }], subnets: [{ name: "s", nodes: ["b"] }] }),
    );
    const bad = await icos(state, "testnet", "up", "--topology", topology);
    assert.equal(bad.code, 1);
    assert.match(bad.err, /"a" is used twice.*no node "b"/);
    assert.ok(bad.err.includes(`where: ${topology}`));
    for (const command of ["stop", "resume", "down"])
      assert.equal((await icos(state, "testnet", command)).code, 1, command);
  });
});

void test("a testnet that the machine cannot hold is refused with the number that fits, and leaves nothing", async () => {
  await withState(async (state) => {
    const topology = join(state, "big.json");
    await writeFile(
      topology,
      JSON.stringify({
        nodes: [
          { name: "a", memoryMiB: 512 },
          { name: "b", memoryMiB: 1_048_576 },
        ],
      }),
    );
    const { code, err } = await icos(state, "testnet", "up", "--topology", topology);
    assert.equal(code, 1);
    assert.match(err, /2 nodes need \d+ MiB of memory.*: (1 node would fit|not even one fits)/);
    assert.equal((await icos(state, "testnet", "list", "--json")).out, '{\n  "testnets": []\n}\n');
  });
});

void test("list and status report stopped, crashed and broken testnets as their schemas say", async () => {
  await withState(async (state) => {
    await writeStopped(state, "alpha");
    await writeStopped(state, "beta", "running");
    await mkdir(join(state, "testnets", "gamma"));
    await writeFile(join(state, "testnets", "gamma", "testnet.json"), "{");
    const list = parsePrinted(testnetListSchema, (await icos(state, "testnet", "list", "--json")).out);
    assert.deepEqual(
      list.testnets.map(({ name, state: where }) => [name, where]),
      [
        ["alpha", "stopped"],
        ["beta", "crashed"],
        ["gamma", "broken"],
      ],
    );
    const status = await ofItsOwn(state, "testnet", "status", "alpha", "--json");
    const parsed = parsePrinted(testnetStatusSchema, status.out);
    assert.deepEqual(
      parsed.nodes.map((node) => [node.name, node.state, node.healthy, node.statusUrl]),
      [
        ["node-0", "off", false, null],
        ["node-1", "off", false, null],
      ],
    );
    assert.match((await icos(state, "testnet", "status", "beta")).out, /beta {2}crashed[^]*node-0 {2}off/);
    assert.equal((await icos(state, "testnet", "status")).code, 2, "several testnets, none named");
  });
});

void test("stop and down of a crashed testnet clean up and say so", async () => {
  await withState(async (state) => {
    await writeStopped(state, "alpha", "running");
    const stop = await ofItsOwn(state, "testnet", "stop", "--json");
    assert.deepEqual(parsePrinted(testnetChangeSchema, stop.out), {
      name: "alpha",
      state: "stopped",
      changed: false,
    });
    assert.match((await icos(state, "testnet", "list")).out, /alpha +stopped/);
    const down = await ofItsOwn(state, "testnet", "down", "--json");
    assert.equal(down.code, 0, down.err);
    assert.equal(parsePrinted(testnetChangeSchema, down.out).state, "removed");
    assert.equal((await icos(state, "testnet", "down")).code, 1);
  });
});

void test("commands for a node refuse a node that is not there and a testnet that does not run", async () => {
  await withState(async (state) => {
    await writeStopped(state, "alpha");
    assert.match((await icos(state, "testnet", "logs", "ghost")).err, /no node "ghost"[^]*Nodes: node-0, node-1/);
    assert.match((await icos(state, "testnet", "logs", "beta/node-0")).err, /no testnet "beta"/);
    for (const args of [
      ["console", "node-0"],
      ["fault", "cut", "node-0"],
      ["power", "kill", "alpha/node-0"],
    ]) {
      const { code, err } = await icos(state, "testnet", ...args);
      assert.equal(code, 1);
      assert.match(err, /is not running/);
    }
    const log = join(state, "testnets", "alpha", "nodes", "node-0", "console.log");
    await mkdir(join(log, ".."), { recursive: true });
    await writeFile(log, "one\ntwo\nthree\n");
    assert.equal((await ofItsOwn(state, "testnet", "logs", "node-0")).out, "one\ntwo\nthree\n");
    assert.equal((await ofItsOwn(state, "testnet", "logs", "node-0", "-n", "1")).out, "three\n");
  });
});
