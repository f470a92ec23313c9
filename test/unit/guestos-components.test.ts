import assert from "node:assert/strict";
import { test } from "node:test";
import { CONFINED, rootUnits, unitsOfRelease } from "./components/units.ts";

/** Their mounts are everybody's: they make and change them. */
const MOUNTING: readonly string[] = ["confirm-boot.service", "guestos-boot.service"];

/** A right more is a decision, and so is a unit more. The boot program has all of root's: it makes disks, keys and mounts. */
const ROOT = {
  "confirm-boot.service": "CAP_SYS_ADMIN CAP_DAC_OVERRIDE CAP_FOWNER",
  "guestos-boot.service": undefined,
  "host-channel.service": "CAP_SYS_MODULE",
  "power-button.service": "",
  "verify-root.service": "CAP_DAC_READ_SEARCH",
  "watchdog.service": "CAP_SYS_MODULE",
};

void test("nothing of ours runs as root in a guest but these, and nothing at all can gain rights", async () => {
  const units = await unitsOfRelease("guestos", ".service");
  assert.deepEqual(rootUnits(units), ROOT);
  for (const { name, text } of units) assert.match(text, /^NoNewPrivileges=yes$/m, name);
});

void test("root's units in a guest are confined, but those that mount", async () => {
  const confined = (await unitsOfRelease("guestos", ".service")).filter(
    ({ name }) => name in ROOT && !MOUNTING.includes(name),
  );
  assert.equal(confined.length, 4);
  for (const { name, text } of confined) {
    for (const setting of [...CONFINED, /^ProtectSystem=strict$/m]) assert.match(text, setting, name);
  }
});

void test("what runs in the early boot of a guest waits for no file system but the root", async () => {
  const early = (await unitsOfRelease("guestos", ".service")).filter(({ text }) =>
    text.includes("\nDefaultDependencies=no\n"),
  );
  assert.ok(early.length >= 4);
  // PrivateTmp= and those of /var come after the mounts, the latter after the root is writable, too.
  for (const { name, text } of early) {
    assert.doesNotMatch(text, /^(PrivateTmp|RequiresMountsFor|(State|Cache|Logs)Directory)=/m, name);
  }
});
