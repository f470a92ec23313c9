import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { advance, planCommit, planConfirm, planInstall, type BootState } from "./boot-state.ts";
import { otherSlot, type Slot } from "./slot.ts";

/** `broken` starts but never confirms itself; `torn` is what an interrupted install leaves. */
type Content = "works" | "broken" | "torn";

interface World {
  readonly state: BootState;
  /** The system that is up; none after a power cut or when what was started does not come up. */
  readonly running: Slot | undefined;
  readonly slots: Readonly<Record<Slot, Content>>;
}

const EVENTS = [
  "boot",
  "power cut",
  "power cut before the state is stored",
  "install works",
  "install broken",
  "install torn",
  "commit",
  "confirm",
] as const;
type Event = (typeof EVENTS)[number];

function happen(world: World, event: Event): World {
  const { state, running, slots } = world;
  switch (event) {
    case "boot": {
      const { next, boots } = advance(state);
      return { ...world, state: next, running: slots[boots] === "works" ? boots : undefined };
    }
    case "power cut":
    case "power cut before the state is stored":
      return { ...world, running: undefined };
    case "install works":
    case "install broken":
    case "install torn": {
      if (running === undefined) return world;
      const plan = planInstall(state, running);
      if (plan.kind === "refused") return world;
      assert.notEqual(plan.slot, running, "an install never writes to the running slot");
      const content = event.slice("install ".length) as Content;
      return { ...world, slots: { ...slots, [plan.slot]: content }, running: content === "torn" ? undefined : running };
    }
    case "commit": {
      // The upgrader commits only what it has installed to the end.
      if (running === undefined || slots[otherSlot(running)] === "torn") return world;
      const plan = planCommit(state, running);
      return plan.kind === "write" ? { ...world, state: plan.next } : world;
    }
    case "confirm": {
      if (running === undefined) return world;
      const plan = planConfirm(state, running);
      return plan.kind === "write" ? { ...world, state: plan.next } : world;
    }
    default:
      return event satisfies never;
  }
}

/** How many boots without any confirmation it takes until a system is up. */
function bootsUntilUp(world: World): number {
  for (let [boots, now] = [1, happen(world, "boot")]; boots <= 4; boots += 1, now = happen(now, "boot"))
    if (now.running !== undefined) return boots;
  return Infinity;
}

const events = fc.array(fc.constantFrom(...EVENTS), { maxLength: 60, size: "max" });
const settings = { seed: 1, numRuns: 2000 };
const start = (cycle: BootState["cycle"]): World => ({
  state: { alternative: "A", cycle },
  running: undefined,
  slots: { A: "works", B: "torn" },
});

void test("whatever happens, at most two boots lead to a system that is up", () => {
  const property = fc.property(events, fc.constantFrom("install", "stable"), (list, cycle) => {
    let world = start(cycle);
    for (const event of list) {
      world = happen(world, event);
      assert(bootsUntilUp(world) <= 2, `no way up from ${JSON.stringify(world)}`);
    }
  });
  fc.assert(property, settings);
});

void test("a first boot that is not confirmed always leads back to the slot before it", () => {
  const property = fc.property(events, (list) => {
    let world = start("stable");
    for (const event of list) {
      const before = world.state;
      world = happen(world, event);
      if (event !== "boot" || before.cycle !== "first_boot") continue;
      const back = advance(world.state);
      assert.equal(back.boots, otherSlot(before.alternative));
      assert.equal(back.label, "failsafe");
      assert.deepEqual(back.next, { alternative: otherSlot(before.alternative), cycle: "stable" });
    }
  });
  fc.assert(property, settings);
});

void test("a slot becomes the confirmed one only after it was running", () => {
  const property = fc.property(events, (list) => {
    let world = start("stable");
    const ran = new Set<Slot>(["A"]);
    for (const event of list) {
      if (event.startsWith("install") && world.running !== undefined) ran.delete(otherSlot(world.running));
      world = happen(world, event);
      if (world.running !== undefined) ran.add(world.running);
      if (world.state.cycle === "stable") assert(ran.has(world.state.alternative), `after ${event}`);
    }
  });
  fc.assert(property, settings);
});
