import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { testContext } from "../../test/icos.ts";
import { createProgram } from "../program.ts";
import { completionScript } from "./completion-script.ts";

const context = testContext();

/** What bash offers after these words. */
function complete(...words: readonly string[]): string[] {
  const script = completionScript("bash", createProgram(context));
  const array = words.map((word) => `'${word}'`).join(" ");
  const probe = `${script}\nCOMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _icos_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", probe], { encoding: "utf8" }).split("\n").filter(Boolean);
}

void test("bash completes commands, choices and options of the place where the cursor is", () => {
  assert.deepEqual(complete("icos", ""), [
    "testnet",
    "admin",
    "image",
    "config",
    "address",
    "prep",
    "test",
    "bench",
    "completion",
    "--version",
    "--help",
  ]);
  assert.deepEqual(complete("icos", "testnet", "st"), ["status", "stop"]);
  assert.deepEqual(complete("icos", "testnet", "fault", "p"), ["partition"]);
  assert.deepEqual(complete("icos", "testnet", "up", "name", "--t"), ["--topology", "--timeout"]);
  assert.deepEqual(complete("icos", "image", "build", "g"), ["guestos"]);
  assert.deepEqual(complete("icos", "test", "check", "s"), ["sim"]);
  assert.deepEqual(complete("icos", "completion", ""), ["bash", "zsh", "fish", "--yes", "--help"]);
});

void test("every command and long option of the tree is in every script", () => {
  const program = createProgram(context);
  const fish = completionScript("fish", program);
  const zsh = completionScript("zsh", program);
  for (const command of program.commands.flatMap((child) => [child, ...child.commands])) {
    assert.match(fish, new RegExp(`-a ${command.name()}\\b`));
    assert.match(zsh, new RegExp(`\\b${command.name()}\\b`));
    for (const { long } of command.options) {
      if (!long) continue;
      assert.ok(fish.includes(`-l ${long.slice(2)}`), `${command.name()} ${long}`);
      assert.ok(zsh.includes(long), `${command.name()} ${long}`);
    }
  }
  assert.match(zsh, /^#compdef icos\n/);
});
