import assert from "node:assert/strict";
import { test } from "node:test";
import { reserveHugepages } from "./reserve-hugepages.ts";

/** A kernel that has `free` pages to give, and what was asked of it. */
function kernelWith(free: number) {
  const asked: string[] = [];
  let pages = 0;
  return {
    asked,
    read: async () => `${pages}\n`,
    async write(file: string, text: string) {
      asked.push(`${file} ${text}`);
      pages = Math.min(Number(text), free);
    },
  };
}

const FILE = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";

void test("pages are taken when all of them are there, and given back when one is not", async () => {
  const rich = kernelWith(300_000);
  assert.equal(await reserveHugepages({ sys: "/sys" }, 248_832, rich), 248_832);
  assert.deepEqual(rich.asked, [`${FILE} 248832`]);
  const short = kernelWith(248_831);
  assert.equal(await reserveHugepages({ sys: "/sys" }, 248_832, short), 0);
  assert.deepEqual(short.asked, [`${FILE} 248832`, `${FILE} 0`]);
});

void test("a kernel without hugepages is named", async () => {
  const code = { code: "hugepages-unavailable" };
  const refusing = { ...kernelWith(0), write: () => Promise.reject(new Error("ENOENT")) };
  await assert.rejects(reserveHugepages({ sys: "/sys" }, 1, refusing), code);
  await assert.rejects(reserveHugepages({ sys: "/sys" }, 1, { ...kernelWith(1), read: async () => "many" }), code);
});
