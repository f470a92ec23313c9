import assert from "node:assert/strict";
import { test } from "node:test";
import { bootStateOf, newGrubenv, parseGrubenv, serializeGrubenv, withBootState } from "./grubenv.ts";

const HEADER = "# GRUB Environment Block\n";
const block = (text: string): Buffer => Buffer.from((HEADER + text).padEnd(1024, "#"), "latin1");

void test("a new block has exactly the form GRUB writes", () => {
  assert.deepEqual(
    newGrubenv({ alternative: "B", cycle: "first_boot" }),
    block("boot_alternative=B\nboot_cycle=first_boot\n"),
  );
});

void test("what is absent has its default", () => {
  assert.deepEqual(bootStateOf(parseGrubenv(block(""))), { alternative: "A", cycle: "stable" });
  assert.deepEqual(bootStateOf(parseGrubenv(block("boot_alternative=B\n"))), { alternative: "B", cycle: "stable" });
});

void test("unknown variables, their order and their odd characters are kept", () => {
  const text = "saved_entry=a\\\\b=c\nfeature=\\\n\xff\nboot_cycle=stable\nempty=\n";
  const grubenv = parseGrubenv(block(`# WARNING: a second comment\n${text}`));
  assert.deepEqual(
    [...grubenv.entries],
    [
      ["saved_entry", "a\\b=c"],
      ["feature", "\n\xff"],
      ["boot_cycle", "stable"],
      ["empty", ""],
    ],
  );
  const changed = serializeGrubenv(withBootState(grubenv, { alternative: "B", cycle: "failsafe_check" }));
  assert.deepEqual(
    changed,
    block(`${text.replace("boot_cycle=stable", "boot_cycle=failsafe_check")}boot_alternative=B\n`),
  );
});

void test("a bad block is refused with everything that is wrong", () => {
  const message = (bytes: Uint8Array): string => {
    try {
      parseGrubenv(bytes, "/boot/grub/grubenv");
    } catch (error) {
      assert(error instanceof Error);
      return error.message;
    }
    return "accepted";
  };
  assert.equal(
    message(Buffer.alloc(1000)),
    "/boot/grub/grubenv is not a GRUB environment block: it is 1000 bytes long, not 1024; " +
      'it does not start with the line "# GRUB Environment Block".',
  );
  assert.match(
    message(block("a=1\nnonsense\n=2\na=3\n")),
    /line 3 is not key=value; line 4 is not .*; line 5 sets a a/,
  );
  assert.match(message(Buffer.from(`${HEADER}a=`.padEnd(1024, "x"))), /line 2 is cut off/);
  assert.match(message(Buffer.from(`${HEADER}a=`.padEnd(1022, "x") + "\\\n")), /line 2 is cut off/);
});

void test("a boot state of no known value is refused by name", () => {
  const grubenv = parseGrubenv(block("boot_alternative=C\nboot_cycle=second_boot\n"));
  assert.throws(() => bootStateOf(grubenv, "grubenv"), {
    code: "grubenv-invalid",
    message: /boot_alternative: .*boot_cycle: /,
  });
});

void test("variables that do not fit are refused", () => {
  const entries = new Map([["big", "x".repeat(995)]]);
  assert.throws(() => serializeGrubenv({ entries }), { code: "grubenv-full" });
  assert.equal(serializeGrubenv({ entries: new Map([["big", "x".repeat(994)]]) }).length, 1024);
  for (const key of ["", "a=b", "☃"])
    assert.throws(() => serializeGrubenv({ entries: new Map([[key, "1"]]) }), { code: "grubenv-invalid" });
});

void test("names that need escapes are kept when the block is written again", () => {
  const entries = new Map([
    ["#a", "1"],
    ["a\n", "#2"],
    ["\\a\\#", "\\\n"],
  ]);
  assert.deepEqual(parseGrubenv(serializeGrubenv({ entries })).entries, entries);
});
