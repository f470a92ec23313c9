import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "@icos/system/virtual-clock";
import { Gate } from "./gate.ts";

/** Tasks by name that end when a test says so. */
function tasks(gate: Gate) {
  const started: string[] = [];
  const endings = new Map<string, PromiseWithResolvers<string>>();
  const start = (name: string): Promise<string> => {
    const ending = Promise.withResolvers<string>();
    endings.set(name, ending);
    return gate.run(() => {
      started.push(name);
      return ending.promise;
    });
  };
  return {
    started,
    start,
    end: (name: string) => endings.get(name)?.resolve(name),
    fail: (name: string) => endings.get(name)?.reject(new Error(name)),
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

void test("so many tasks run at once, the others in their order, whether those before succeed or fail", async () => {
  const clock = new VirtualClock();
  const { started, start, end, fail } = tasks(new Gate({ tasks: 2, milliseconds: 1_000 }, clock));
  const all = Promise.allSettled(["a", "b", "c", "d"].map(start));
  await settle();
  assert.deepEqual(started, ["a", "b"]);
  fail("b");
  await settle();
  assert.deepEqual(started, ["a", "b", "c"]);
  end("a");
  await settle();
  assert.deepEqual(started, ["a", "b", "c", "d"]);
  end("c");
  end("d");
  const results = await all;
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled", "fulfilled"],
  );
  assert.equal(clock.sleeping, 0);
});

void test("who waits too long is refused and takes nobody's place", async () => {
  const clock = new VirtualClock();
  const { started, start, end } = tasks(new Gate({ tasks: 1, milliseconds: 1_000 }, clock));
  const first = start("a");
  const second = start("b");
  await settle();
  clock.advance(1_000);
  await assert.rejects(second, { code: "backends-busy" });
  const third = start("c");
  end("a");
  assert.equal(await first, "a");
  await settle();
  end("c");
  assert.equal(await third, "c");
  assert.deepEqual(started, ["a", "c"]);
});
