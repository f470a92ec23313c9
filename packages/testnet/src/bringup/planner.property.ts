import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  type MachineState,
  NO_ANSWERS,
  type ObservedNode,
  type ObservedTestnet,
  type TargetTestnet,
} from "./observation.ts";
import { planBringUp, type Step } from "./planner.ts";

/** A world in which the planner's steps work and nodes make progress, unless something is killed. */
interface World {
  services: "stopped" | "running";
  now: number;
  subnetsCreated: string[];
  nodes: Map<string, WorldNode>;
}

interface WorldNode {
  machine: MachineState;
  registered: boolean;
  subnetId: string | undefined;
  hostVersion: string | undefined;
  healthy: boolean;
}

const NAMES = ["a", "b", "c", "d"];

const machine: fc.Arbitrary<MachineState> = fc.oneof(
  fc.constant<MachineState>({ kind: "off" }),
  fc.constant<MachineState>({ kind: "running" }),
  fc.nat(5_000).map((retryAt): MachineState => ({ kind: "failed", retryAt, error: "broken" })),
);

/** Disjoint subnets over some of the nodes; whole subnets may already exist. */
const scenario = fc
  .record({
    split: fc.array(fc.nat(2), { minLength: NAMES.length, maxLength: NAMES.length }),
    created: fc.tuple(fc.boolean(), fc.boolean()),
    off: fc.subarray(NAMES),
    hosts: fc.subarray(NAMES),
    services: fc.constantFrom("stopped" as const, "running" as const),
    machines: fc.array(machine, { minLength: NAMES.length, maxLength: NAMES.length }),
    registered: fc.array(fc.boolean(), { minLength: NAMES.length, maxLength: NAMES.length }),
    faults: fc.array(
      fc.record({
        at: fc.nat(40),
        what: fc.constantFrom("services", "machine", "health"),
        node: fc.constantFrom(...NAMES),
      }),
      { maxLength: 12 },
    ),
  })
  .map(({ split, created, off, hosts, services, machines, registered, faults }) => {
    const subnets = [0, 1]
      .map((i) => ({ name: `s${i}`, nodes: NAMES.filter((_, n) => split[n] === i) }))
      .filter((subnet) => subnet.nodes.length > 0);
    const existing = subnets.filter((_, i) => created[i]).map((subnet) => subnet.name);
    const world: World = { services, now: 0, subnetsCreated: [...existing], nodes: new Map() };
    for (const [i, name] of NAMES.entries()) {
      const home = subnets.find((subnet) => subnet.nodes.includes(name) && existing.includes(subnet.name));
      world.nodes.set(name, {
        machine: machines[i] ?? { kind: "off" },
        registered: home !== undefined || (registered[i] ?? false),
        subnetId: home?.name,
        hostVersion: home === undefined ? undefined : "another",
        healthy: false,
      });
    }
    // A subnet whose nodes are off and unregistered can never be made, which is right and not what is tested here.
    const kept = off.filter((name) => !subnets.some((subnet) => subnet.nodes.includes(name)));
    const powered = new Set(NAMES.filter((name) => !kept.includes(name)));
    const target: TargetTestnet = { powered, subnets, hosts: new Set(hosts) };
    return { world, target, faults };
  });

function observe(world: World): ObservedTestnet {
  const nodes = new Map<string, ObservedNode>();
  for (const [name, node] of world.nodes) {
    const up = node.machine.kind === "running" && world.services === "running";
    nodes.set(name, {
      machine: node.machine,
      nodeId: node.registered ? `id-${name}` : undefined,
      subnetId: node.subnetId,
      hostVersion: node.hostVersion,
      answers: {
        ...NO_ANSWERS,
        orchestrator: up,
        sinceStart: up,
        replica: up && node.healthy ? { healthy: true, version: "v" } : undefined,
      },
    });
  }
  return { services: world.services, nodes };
}

function execute(world: World, target: TargetTestnet, step: Step): void {
  switch (step.kind) {
    case "start-services":
      world.services = "running";
      return;
    case "start-node": {
      const node = world.nodes.get(step.node);
      assert.ok(node && target.powered.has(step.node), "only wanted nodes are started");
      assert.notEqual(node.machine.kind, "running", "no node is started twice");
      node.machine = { kind: "running" };
      return;
    }
    case "assign-host-version":
      for (const [name, node] of world.nodes)
        if (step.nodeIds.includes(`id-${name}`)) {
          assert.ok(node.registered && target.hosts.has(name), "only registered nodes with a host are given a version");
          assert.equal(node.hostVersion, undefined, "no version is taken back");
          node.hostVersion = "first";
        }
      return;
    case "create-subnet": {
      assert.ok(!world.subnetsCreated.includes(step.subnet), "no subnet is created twice");
      world.subnetsCreated.push(step.subnet);
      for (const [name, node] of world.nodes)
        if (step.nodeIds.includes(`id-${name}`)) {
          assert.equal(node.subnetId, undefined, "no node is put into a second subnet");
          node.subnetId = step.subnet;
        }
    }
  }
}

/** What happens by itself in one round: the first running node that can move on does. */
function live(world: World): void {
  world.now += 1_000;
  if (world.services === "stopped") return;
  for (const node of world.nodes.values()) {
    if (node.machine.kind !== "running") continue;
    if (!node.registered) {
      node.registered = true;
      return;
    }
    if (node.subnetId !== undefined && !node.healthy) {
      node.healthy = true;
      return;
    }
  }
}

void test("from any observed state, with kills on the way, the plan converges and repeats nothing", () => {
  fc.assert(
    fc.property(scenario, ({ world, target, faults }) => {
      for (let round = 0; round < 120; round++) {
        for (const fault of faults.filter(({ at }) => at === round)) {
          const node = world.nodes.get(fault.node);
          if (fault.what === "services") world.services = "stopped";
          else if (node && fault.what === "machine") Object.assign(node, { machine: { kind: "off" }, healthy: false });
          else if (node) node.healthy = false;
        }
        const plan = planBringUp(target, observe(world), world.now);
        switch (plan.kind) {
          case "steps":
            for (const step of plan.steps) execute(world, target, step);
            break;
          case "waiting":
            assert.ok(plan.nodes.length > 0);
            break;
          case "settled":
            if (round > 40) {
              assert.deepEqual(world.subnetsCreated.toSorted(), target.subnets.map((subnet) => subnet.name).toSorted());
              return;
            }
        }
        live(world);
      }
      assert.fail("did not converge");
    }),
    { numRuns: 500, seed: 20_261_123 },
  );
});
