import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { macOf, testHost } from "../testing/frames.ts";
import { createVirtualTimeline } from "./timeline.ts";
import { createVirtualSwitch } from "./virtual-switch.ts";

const HOSTS = 4;
const traffic = fc.array(
  fc.record({
    from: fc.nat(HOSTS - 1),
    to: fc.nat(HOSTS - 1),
    waitMs: fc.nat(5),
    bytes: fc.integer({ min: 60, max: 1500 }),
  }),
  { maxLength: 80 },
);
const link = fc.record({ delayMs: fc.nat(50), jitterMs: fc.nat(20), lossPercent: fc.constantFrom(0, 0, 30) });

void test("without loss every frame arrives once and in order, whatever the delays", () => {
  fc.assert(
    fc.property(fc.array(link, { minLength: HOSTS, maxLength: HOSTS }), traffic, fc.string(), (links, frames, seed) => {
      const clock = createVirtualTimeline();
      const network = createVirtualSwitch({ seed, clock });
      const hosts = links.map((settings, index) =>
        testHost(network.addPort(`p${index}`, settings), index, () => clock.now()),
      );
      const sent = new Map<string, number[]>();
      for (const [number, { from, to, waitMs, bytes }] of frames.entries()) {
        clock.advance(waitMs);
        if (from === to) continue;
        hosts[from]?.send(macOf(to), number, bytes);
        const pair = `${from}-${to}`;
        sent.set(pair, [...(sent.get(pair) ?? []), number]);
      }
      clock.advance(10_000);
      for (const [pair, expected] of sent) {
        const [from = 0, to = 0] = pair.split("-").map(Number);
        // A host also sees frames for others while their place is not known.
        const mine = new Set(expected);
        const got = hosts[to]?.received
          .filter((frame) => frame.from === macOf(from) && mine.has(frame.number))
          .map(({ number }) => number);
        const lossy = (links[from]?.lossPercent ?? 0) + (links[to]?.lossPercent ?? 0) > 0;
        if (!lossy) assert.deepEqual(got, expected);
        else
          assert.deepEqual(
            got,
            expected.filter((number) => got?.includes(number)),
          );
      }
    }),
    { seed: 3, numRuns: 200 },
  );
});
