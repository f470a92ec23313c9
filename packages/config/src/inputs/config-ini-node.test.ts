import { test } from "node:test";
import assert from "node:assert/strict";
import { parseConfigIni } from "./config-ini.ts";
import { NEEDED, parse } from "./testing-config-ini.ts";

void test("the reward type decides as the installer does, and what stops it is an error on the main network", () => {
  const judged = (line: string, environment?: "mainnet" | "testnet") =>
    parseConfigIni(Buffer.from(NEEDED + line), "config.ini", environment).problems.map(
      ({ severity, code }) => `${severity} ${code}`,
    );
  assert.deepEqual(judged("", "mainnet"), ["error missing-node-reward-type"]);
  assert.deepEqual(judged("node_reward_type=", "mainnet").toSorted(), [
    "error missing-node-reward-type",
    "warning empty-value",
  ]);
  assert.deepEqual(judged("", "testnet"), ["notice missing-node-reward-type"]);
  assert.deepEqual(judged(""), ["notice missing-node-reward-type"]);
  for (const type of ["type0", "type1.2", "type3", "type3.9", "type4.0"])
    assert.deepEqual(judged(`node_reward_type=${type}`, "mainnet"), [], type);
  for (const type of ["type5", "type33", "type2.1"]) {
    assert.deepEqual(judged(`node_reward_type=${type}`, "mainnet"), ["error unknown-node-reward-type"], type);
    assert.deepEqual(judged(`node_reward_type=${type}`, "testnet"), ["warning unknown-node-reward-type"], type);
  }
  for (const type of ["type4", "type4.5"])
    assert.deepEqual(judged(`node_reward_type=${type}`, "mainnet"), ["warning unknown-vm-count"], type);
  const tee = "\nenable_trusted_execution_environment=true";
  assert.deepEqual(judged(`node_reward_type=type1${tee}`), ["error no-trusted-execution"]);
  assert.deepEqual(judged(`node_reward_type=type3.1${tee}`), []);
});

void test("a reward type is type, a number and perhaps one digit behind a dot", () => {
  const type = (text: string) => parse(`${NEEDED}node_reward_type=${text}`).value?.nodeRewardType;
  for (const text of ["type0", "type1", "type1.0", "type3.1", "type4.5", "type10", "type123.4"])
    assert.equal(type(text), text);
  for (const text of ["type", "type.1", "type3.", "type3.12", "type3.1.1", "Type3", "TYPE3", "type 3", "3.1", "type3a"])
    assert.equal(parse(`${NEEDED}node_reward_type=${text}`).value, undefined, text);
});

void test("a boolean is true or false, in lower case", () => {
  for (const key of ["verbose", "enable_trusted_execution_environment"])
    for (const [text, good] of [
      ["true", true],
      ["false", true],
      ["True", false],
      ["FALSE", false],
      ["yes", false],
      ["no", false],
      ["1", false],
      ["0", false],
      ["on", false],
    ] as const)
      assert.equal(parse(`${NEEDED}${key}=${text}`).value !== undefined, good, `${key}=${text}`);
});
