import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS, commonStart, completions, parseCommand } from "./commands.ts";

void test("what the table has is understood", () => {
  assert.deepEqual(parseCommand("  status  "), { kind: "status", json: false });
  assert.deepEqual(parseCommand("system-status"), { kind: "status", json: false });
  assert.deepEqual(parseCommand("service-status guestos"), { kind: "service-status", unit: "guestos.service" });
  assert.deepEqual(parseCommand("view-logs limited-console@tty1.service"), {
    kind: "view-logs",
    unit: "limited-console@tty1.service",
  });
  assert.deepEqual(parseCommand("guestos-alternative swap b"), { kind: "guestos-alternative-swap", target: "B" });
  assert.equal(parseCommand("   "), undefined);
  for (const name of ["config-json", "diagnostics", "manual-recovery", "reboot", "help", "clear", "exit"])
    assert.deepEqual(parseCommand(name), { kind: name });
});

void test("upstream's commands go by upstream's names, but for its shell", () => {
  const upstream = "system-status service-status view-logs config-json network-config-settings manual-recovery".split(
    " ",
  );
  for (const name of [...upstream, "clear", "exit", "help"]) assert.ok(COMMANDS.has(name), name);
  assert.ok(!COMMANDS.has("rbash-console"));
});

void test("what the table does not have is refused", () => {
  const refused = [
    "sh",
    "status; sh",
    "status|sh",
    "$(sh)",
    "`sh`",
    "!sh",
    "/bin/sh",
    "__proto__",
    "constructor",
    "STATUS",
    "status --json --more",
    "system-status --json",
    "rbash-console",
    "view-logs",
    "view-logs a b",
    "view-logs --since=yesterday",
    "view-logs -f",
    "view-logs *",
    "view-logs guest?s",
    "view-logs ../../etc/shadow",
    "view-logs /dev/sda",
    "view-logs a;b",
    "view-logs a=b",
    "view-logs $(reboot)",
    `view-logs ${"a".repeat(200)}`,
    "guestos-alternative",
    "guestos-alternative swap C",
    "guestos-alternative swap A B",
    "exit now",
    "status\tsh",
  ];
  for (const line of refused) assert.throws(() => parseCommand(line), { name: "IcosError" }, line);
});

void test("commands, units and words are completed", () => {
  const units = ["guestos.service", "guest-vm.service"];
  assert.deepEqual(completions("sta", units), ["tus"]);
  assert.deepEqual(completions("view-logs gu", units), ["estos.service", "est-vm.service"]);
  assert.equal(commonStart(["estos.service", "est-vm.service"]), "est");
  assert.deepEqual(completions("guestos-alternative s", units), ["how", "wap"]);
  assert.deepEqual(completions("reboot ", units), []);
  assert.equal(completions("", units).length, COMMANDS.size);
  assert.equal(commonStart([]), "");
});
