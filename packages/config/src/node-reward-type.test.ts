import assert from "node:assert/strict";
import { test } from "node:test";
import { guestVmCount, hardwareGeneration } from "./node-reward-type.ts";

void test("the hardware's generation follows from the reward type, as the installer reads it", () => {
  for (const [type, generation] of [
    ["type0", 1],
    ["type0.1", 1],
    ["type1", 1],
    ["type1.1", 1],
    ["type1.9", 1],
    ["type3", 2],
    ["type3.1", 2],
    ["type4", 3],
    ["type4.0", 3],
    ["type4.5", 3],
    ["type2", undefined],
    ["type5", undefined],
    ["type33", undefined],
    ["type", undefined],
    ["", undefined],
    ["toString", undefined],
  ] as const)
    assert.equal(hardwareGeneration(type), generation, type);
});

void test("the number of virtual machines is one but for the third generation", () => {
  for (const [type, count] of [
    ["type0", 1],
    ["type1.1", 1],
    ["type3.1", 1],
    ["type4.0", 60],
    ["type4.1", 32],
    ["type4.2", 8],
    ["type4.3", 4],
    ["type4.4", 2],
    ["type4", undefined],
    ["type4.5", undefined],
  ] as const)
    assert.equal(guestVmCount(type), count, type);
});
