import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelCommandLine, parseBootArgs, renderBootArgs, rootDeviceOf, rootHashOf } from "./boot-args.ts";

const HASH = "0123456789abcdef".repeat(4);

void test("the two command lines differ in root device and slot only", () => {
  const bootArgs = parseBootArgs(renderBootArgs({ rootHash: HASH, extra: ["panic=10", "quiet"] }));
  assert.equal(
    kernelCommandLine(bootArgs, "A"),
    "root=/dev/disk/by-partuuid/7c0a626e-e5ea-e543-b5c5-300eb8304db7 console=ttyS0 nomodeset panic=10 quiet " +
      `dfinity.system=A root_hash=${HASH}`,
  );
  assert.equal(
    kernelCommandLine(bootArgs, "B"),
    kernelCommandLine(bootArgs, "A")
      .replace("7c0a626e-e5ea-e543-b5c5-300eb8304db7", "a78bc3a8-376c-054a-96e7-3904b915d0c5")
      .replace("dfinity.system=A", "dfinity.system=B"),
  );
  assert.equal(rootHashOf(bootArgs.B), HASH);
  assert.equal(rootDeviceOf(bootArgs.B), "/dev/disk/by-partuuid/a78bc3a8-376c-054a-96e7-3904b915d0c5");
});

void test("a file in upstream's form is read, with comments, other variables and other quoting", () => {
  const text = [
    "# Copyright",
    "",
    "OTHER=1",
    `BOOT_ARGS_A=" root=/dev/vda5 security=selinux selinux=1 enforcing=1 dfinity.system=A root_hash=${HASH}"`,
    "  BOOT_ARGS_B='root=/dev/vda8 dfinity.system=B'  ",
  ].join("\n");
  const { A, B } = parseBootArgs(text);
  assert.equal(A, `root=/dev/vda5 security=selinux selinux=1 enforcing=1 dfinity.system=A root_hash=${HASH}`);
  assert.equal(B, "root=/dev/vda8 dfinity.system=B");
});

void test("a bad file is refused with every wrong line", () => {
  const text = 'BOOT_ARGS_A="a $HOME"\nBOOT_ARGS_A="b"\nBOOT_ARGS_C="c"\nwhat is this\nBOOT_ARGS_B="open';
  assert.throws(() => parseBootArgs(text, "/boot_args"), {
    code: "boot-args-invalid",
    details: {
      problems: [
        "line 1 would be expanded by a shell",
        "line 2 sets BOOT_ARGS_A a second time",
        'line 3 is not BOOT_ARGS_A="…" or BOOT_ARGS_B="…"',
        'line 4 is not BOOT_ARGS_A="…" or BOOT_ARGS_B="…"',
        'line 5 is not BOOT_ARGS_A="…" or BOOT_ARGS_B="…"',
        "BOOT_ARGS_B is missing or empty",
      ],
    },
  });
  assert.throws(() => parseBootArgs('BOOT_ARGS_A=""\nBOOT_ARGS_B="x"'), { message: /BOOT_ARGS_A is missing or empty/ });
});

void test("arguments that would break the file are not rendered", () => {
  for (const argument of ["a b", 'a"', "$x", "`x`", "a\\", "", "ä", "a\n"])
    assert.throws(() => renderBootArgs({ rootHash: HASH, extra: [argument] }), { code: "boot-args-invalid" });
  assert.throws(() => renderBootArgs({ rootHash: HASH.toUpperCase() }), { message: /is not 64 hex digits/ });
});

void test("a command line without a root hash, or with two, is refused", () => {
  assert.throws(() => rootHashOf("root=/dev/vda5"), { message: /root_hash is missing/ });
  assert.throws(() => rootHashOf(`root_hash=${HASH} root_hash=${HASH}`), { code: "boot-args-invalid" });
  assert.throws(() => rootHashOf("root_hash=abc"), { code: "boot-args-invalid" });
});
