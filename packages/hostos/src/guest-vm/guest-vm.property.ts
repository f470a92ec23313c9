import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { TYPE_LINUX } from "@icos/slots";
import { IcosError } from "@icos/system";
import { createMarkerSearch } from "./boot-watch.ts";
import { HOST_RESERVE_MIB, planMemory, planTopology, planVcpus, UPGRADE_MEMORY_GIB } from "./plan-resources.ts";
import { planUpgradeDisk } from "./upgrade-disk/plan-upgrade-disk.ts";

/** The same in every run. */
const RUNS = { seed: 17 };

void test("a topology has as many CPUs as were asked for, and as many threads a core as the number allows", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 255 }), (vcpus) => {
      const { sockets, cores, threads } = planTopology(vcpus);
      assert.equal(sockets * cores * threads, vcpus);
      assert.equal(threads, vcpus % 2 === 0 ? 2 : 1);
    }),
    RUNS,
  );
});

void test("all machines of a host fit into the total, each guest has the same, and the host keeps its part", () => {
  const input = fc.record({
    totalMemoryGiB: fc.integer({ min: 0, max: 2_000 }),
    vcpus: fc.integer({ min: 1, max: 512 }),
    memoryMiB: fc.integer({ min: 0, max: 2_000_000 }),
    guests: fc.integer({ min: 1, max: 16 }),
    cpus: fc.integer({ min: 1, max: 512 }),
  });
  fc.assert(
    fc.property(input, ({ totalMemoryGiB, vcpus, memoryMiB, guests, cpus }) => {
      const each = planVcpus({ totalMemoryGiB, vcpus }, { cpus, guests });
      assert.ok(each >= 1 && (each === 1 || each * guests <= Math.min(vcpus, cpus)));
      let memory: number;
      try {
        memory = planMemory("default", { totalMemoryGiB, vcpus }, { memoryMiB, guests });
      } catch (error) {
        assert.ok(error instanceof IcosError && /^(memory-too-small|not-enough-memory)$/.test(error.code));
        return;
      }
      assert.ok(memory > 0 && memory % 2 === 0);
      assert.ok(memory * guests <= (totalMemoryGiB - UPGRADE_MEMORY_GIB) * 1024);
      assert.ok(memory + HOST_RESERVE_MIB <= memoryMiB);
    }),
    RUNS,
  );
});

void test("a marker is found however the console's output is cut, and the last one counts", () => {
  const piece = fc.constantFrom(
    "GUESTOS BOOT SUCCESS",
    "orchestrator ready",
    "GUESTOS BOOT FAILURE",
    "This node does not start.",
    "GUESTOS BOOT ",
    "\xff\x00",
    "\r\n",
    "x",
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), cuts, (pieces, sizes) => {
      const output = Buffer.from(pieces.join(""), "latin1");
      const whole = createMarkerSearch().push(output);
      const search = createMarkerSearch();
      let last: ReturnType<typeof search.push>;
      for (let at = 0, cut = 0; at < output.length; cut += 1) {
        const size = sizes[cut % sizes.length] ?? 1;
        last = search.push(output.subarray(at, at + size)) ?? last;
        at += size;
      }
      assert.equal(last, whole);
    }),
    RUNS,
  );
});

void test("the upgrade VM's disk has every sector of the guest's, once and in its place, the store's through the layer", () => {
  const sizes = fc.record({ start: fc.integer({ min: 10, max: 1e6 }), sectors: fc.integer({ min: 1, max: 1e6 }) });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 1e6 }), ({ start, sectors }, rest) => {
      const others = Array.from({ length: 9 }, (_, index) => ({ number: index + 1, start: index, sectors: 1 }));
      const partitions = [...others, { number: 10, start, sectors }].map((partition) => ({
        ...partition,
        typeGuid: TYPE_LINUX,
        guid: `00000000-0000-4000-8000-0000000000${String(partition.number).padStart(2, "0")}`,
      }));
      const table = { diskGuid: "00000000-0000-4000-8000-000000000000", partitions };
      const size = start + sectors + rest;
      const lines = planUpgradeDisk({ device: "/dev/g", sectors: size, table, scratch: "/dev/l" })
        .at(-1)
        ?.table.split("\n");
      let next = 0;
      for (const line of lines ?? []) {
        const [first, count, , device, offset] = line.split(" ");
        assert.equal(Number(first), next);
        const isStore = next === start;
        assert.equal(device, isStore ? "/dev/mapper/guestos-data-snapshot" : "/dev/g");
        assert.equal(Number(offset), isStore ? 0 : next);
        next += Number(count);
      }
      assert.equal(next, size);
    }),
    RUNS,
  );
});
