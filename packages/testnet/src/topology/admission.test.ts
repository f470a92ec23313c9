import { test } from "node:test";
import assert from "node:assert/strict";
import { IcosError } from "@icos/system";
import { checkAdmission } from "./admission.ts";
import { defaultTopology } from "./topology.ts";

const nodes = defaultTopology(4).nodes;
const PLENTY = 1_000_000;

const refusal = (host: { memoryMiB: number; diskMiB: number }): IcosError => {
  try {
    checkAdmission(nodes, host);
  } catch (error) {
    assert.ok(error instanceof IcosError);
    return error;
  }
  throw new Error("was admitted");
};

void test("what fits is admitted", () => {
  checkAdmission(nodes, { memoryMiB: PLENTY, diskMiB: PLENTY });
});

void test("what does not fit is refused with the number that does, by memory or by disk, whichever is less", () => {
  const memory = refusal({ memoryMiB: 3_500, diskMiB: PLENTY });
  assert.equal(memory.code, "does-not-fit");
  assert.match(
    memory.message,
    /^4 nodes need \d+ MiB of memory, of which 3500 MiB are available: 2 nodes would fit\.$/,
  );
  assert.match(memory.next ?? "", /--nodes 2/);
  const both = refusal({ memoryMiB: 3_500, diskMiB: 2_400 });
  assert.match(both.message, /memory.*and.*disk space.*: 1 node would fit\.$/);
  assert.equal(refusal({ memoryMiB: 100, diskMiB: PLENTY }).details["fits"], 0);
  assert.match(refusal({ memoryMiB: 100, diskMiB: PLENTY }).message, /not even one fits/);
});

void test("a nested node needs memory and disk space for its host, too", () => {
  const [node] = defaultTopology(1, { nested: true }).nodes;
  assert.ok(node);
  const host = { memoryMiB: 512 + 2_112 + 1_024 + 1_024, diskMiB: 256 + 2_048 + 1_024 };
  checkAdmission([node], host);
  assert.throws(() => checkAdmission([node], { ...host, memoryMiB: host.memoryMiB - 1 }), { code: "does-not-fit" });
  assert.throws(() => checkAdmission([node], { ...host, diskMiB: host.diskMiB - 1 }), { code: "does-not-fit" });
  const large = { ...node, hostMemoryMiB: 5_120 };
  checkAdmission([large], { ...host, memoryMiB: host.memoryMiB + 4_096 });
  assert.throws(() => checkAdmission([large], { ...host, memoryMiB: host.memoryMiB + 4_095 }), {
    code: "does-not-fit",
  });
});

void test("the number that is said to fit does fit, and one more does not", () => {
  for (let memoryMiB = 0; memoryMiB < 7_000; memoryMiB += 97) {
    let fits = nodes.length;
    try {
      checkAdmission(nodes, { memoryMiB, diskMiB: PLENTY });
    } catch (error) {
      assert.ok(error instanceof IcosError);
      fits = Number(error.details["fits"]);
      assert.throws(() => checkAdmission(nodes.slice(0, fits + 1), { memoryMiB, diskMiB: PLENTY }));
    }
    if (fits > 0) checkAdmission(nodes.slice(0, fits), { memoryMiB, diskMiB: PLENTY });
  }
});
