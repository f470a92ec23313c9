import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeRewardType } from "../index.ts";
import { parseRewardType } from "./reward-type.ts";

void test("reward types have upstream's texts", () => {
  const types: Readonly<Record<string, NodeRewardType>> = {
    type0: NodeRewardType.TYPE0,
    type1: NodeRewardType.TYPE1,
    type2: NodeRewardType.TYPE2,
    type3: NodeRewardType.TYPE3,
    "type3.1": NodeRewardType.TYPE3DOT1,
    "type1.1": NodeRewardType.TYPE1DOT1,
    type4: NodeRewardType.TYPE4,
    "type4.1": NodeRewardType.TYPE4DOT1,
    "type4.2": NodeRewardType.TYPE4DOT2,
    "type4.3": NodeRewardType.TYPE4DOT3,
    "type4.4": NodeRewardType.TYPE4DOT4,
    "type4.5": NodeRewardType.TYPE4DOT5,
  };
  for (const [text, type] of Object.entries(types)) assert.equal(parseRewardType(text), type, text);
  for (const text of ["", "type", "type5", "type2.1", "type4.6", "type1.10", "Type1", "unspecified", "toString"])
    assert.throws(() => parseRewardType(text), { code: "reward-type-unknown" }, text);
});
