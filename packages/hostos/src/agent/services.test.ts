import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import { runServices } from "./services.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

void test("A part that fails is started again after ten seconds, and the others run on.", async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  let failed = 0;
  let steady = 0;
  const services = [
    {
      name: "failing",
      run: async () => {
        failed += 1;
        throw new Error("no device");
      },
    },
    {
      name: "steady",
      run: (signal: AbortSignal) => {
        steady += 1;
        return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      },
    },
  ];
  const running = runServices(services, { clock, logger: silentLogger }, stop.signal);
  await turn();
  clock.advance(9_999);
  await turn();
  assert.equal(failed, 1);
  clock.advance(1);
  await turn();
  assert.equal(failed, 2);
  assert.equal(steady, 1);
  stop.abort();
  await running;
});
