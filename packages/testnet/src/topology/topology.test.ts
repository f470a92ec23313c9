import { test } from "node:test";
import assert from "node:assert/strict";
import { IcosError } from "@icos/system";
import { defaultTopology, parseTopology } from "./topology.ts";

const problemsOf = (value: unknown): string => {
  try {
    parseTopology(JSON.stringify(value), "t.json");
  } catch (error) {
    assert.ok(error instanceof IcosError);
    assert.equal(error.code, "topology-invalid");
    assert.equal(error.place.file, "t.json");
    return error.message;
  }
  throw new Error("was accepted");
};

void test("the default topology has every node in one subnet", () => {
  const topology = defaultTopology(3);
  assert.deepEqual(
    topology.nodes.map((node) => node.name),
    ["node-0", "node-1", "node-2"],
  );
  assert.deepEqual(topology.subnets, [{ name: "subnet-0", nodes: ["node-0", "node-1", "node-2"] }]);
  assert.equal(topology.nodes[0]?.addressing, "router-advertisement");
});

void test("a topology file keeps what it says and gets defaults for the rest", () => {
  const topology = parseTopology(
    JSON.stringify({
      nodes: [
        {
          name: "a",
          memoryMiB: 2048,
          vcpus: 2,
          addressing: "static",
          operator: "op-1",
          nested: true,
          guests: 2,
          hostMemoryMiB: 5120,
        },
        { name: "b" },
      ],
    }),
  );
  assert.deepEqual(topology.nodes, [
    {
      name: "a",
      memoryMiB: 2048,
      vcpus: 2,
      addressing: "static",
      operator: "op-1",
      nested: true,
      guests: 2,
      hostMemoryMiB: 5120,
    },
    {
      name: "b",
      memoryMiB: 1024,
      vcpus: 1,
      addressing: "router-advertisement",
      operator: "operator",
      nested: false,
      guests: 1,
      hostMemoryMiB: 1024,
    },
  ]);
  assert.deepEqual(topology.subnets, []);
});

void test("all problems of a topology are reported at once", () => {
  const message = problemsOf({
    nodes: [
      { name: "a", guests: 2, usbStickMiB: 64 },
      { name: "a", vcpus: 0, memoryMiB: 1536, nested: true, hostMemoryMiB: 512 },
    ],
    subnets: [
      { name: "s", nodes: ["a", "ghost"] },
      { name: "s", nodes: ["a"] },
    ],
    prefix: "10.0.0.0/8",
  });
  for (const part of [
    'nodes.1.name: "a" is used twice',
    "nodes.1.vcpus: must be at least 1",
    "nodes.1.memoryMiB: a nested node has whole GiB",
    "nodes.0.guests: only the host of a nested node",
    "nodes.0.usbStickMiB: only the host of a nested node",
    "nodes.1.hostMemoryMiB: must be at least 1024 MiB",
    'subnets.0.nodes.1: there is no node "ghost"',
    'subnets.1.name: "s" is used twice',
    'subnets.1.nodes.0: "a" is already in subnet "s"',
    "prefix: must be four groups",
  ])
    assert.ok(message.includes(part), `${part} is missing in: ${message}`);
});

void test("unknown fields, bad names and an empty network are refused", () => {
  assert.match(problemsOf({ nodes: [{ name: "Node_1" }] }), /nodes\.0\.name/);
  assert.match(problemsOf({ nodes: [] }), /at least one node/);
  assert.match(problemsOf({ nodes: [{ name: "a", cpus: 4 }] }), /cpus/);
});

void test("text that is not JSON is refused with the file's name", () => {
  assert.throws(() => parseTopology("{", "t.json"), { code: "topology-invalid" });
});
