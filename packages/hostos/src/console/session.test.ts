import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, type Exec } from "@icos/system";
import { parseRecoveryRequest, type RecoveryRequest } from "../recovery/request.ts";
import { explain } from "./explain.ts";
import { FakeTerminal } from "./fake-terminal.ts";
import type { HostActions } from "./host-actions.ts";
import type { Observer } from "./observer.ts";
import { runSession } from "./session.ts";
import type { Terminal } from "./terminal.ts";

const NOW = 1_800_000_000_000;
const VERSION = "a1".repeat(20);
const HASH = "b2".repeat(32);

const observer: Observer = {
  async look() {
    const explanation = explain({
      now: NOW,
      recovering: false,
      host: { kind: "ready" },
      configProblem: undefined,
      network: { bridge: "up", addresses: ["2001:db8::1"] },
      vm: { kind: "running", since: NOW - 60_000, bootFailed: false },
      report: { state: "healthy", nodeId: "abc", detail: undefined, at: NOW },
      slot: undefined,
      failedUnits: [],
      varUsed: 0.1,
      upgrade: undefined,
      networkState: undefined,
    });
    const facts = { nodeId: "abc-def", hostIpv6: "2001:db8::1", guestIpv6: "2001:db8::2", hostVersion: "1.2.3" };
    return { explanation, facts: { ...facts, hostSlot: "A", mgmtMac: "b0:7b:25:c8:f6:c0", time: "now" } };
  },
  unitNames: async () => ["guestos.service"],
  configuration: async () => '{"config_version": "1.17.0"}',
  network: async () => "br6: 2001:db8::1",
};

interface Played {
  readonly output: string;
  readonly done: readonly string[];
}

/** Types the keys at a console of which everything outside is recorded. */
async function play(keys: readonly string[], form: Terminal["form"] = "screen"): Promise<Played> {
  const done: string[] = [];
  const terminal = new FakeTerminal(keys, form);
  const exec: Exec = {
    async run(command) {
      done.push(command.join(" "));
      return { stdout: Buffer.from("\u001b[2Jline of a log\u001b]0;x\u0007\n"), stderr: "" };
    },
  };
  const actions: HostActions = {
    unitStates: async () => [
      {
        name: "guestos.service",
        description: "GuestOS",
        active: "active",
        sub: "running",
        result: "success",
        restarts: 2,
        since: "today",
      },
    ],
    reboot: async () => void done.push("reboot"),
    restartGuestos: async () => void done.push("restart-guestos"),
    showAlternative: async () => ({ alternative: "A", cycle: "stable" }),
    async swapAlternative(target) {
      done.push(`swap ${target}`);
      return target ?? "B";
    },
    readRecoveryRequest: async () => parseRecoveryRequest({ version: VERSION, "version-hash": HASH }),
    async recover(request: RecoveryRequest, { onProgress, signal }) {
      onProgress({ phase: "download", text: "10 %" });
      if (keys.includes("\u0003")) {
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw new IcosError("cancelled", "Cancelled; nothing was changed.");
      }
      done.push(`recover ${JSON.stringify(request)}`);
    },
    diagnostics: async () => "USB stick, icos.tar.zst",
  };
  const clock = { now: () => NOW, sleep: async () => undefined };
  await assert.rejects(runSession({ terminal, observer, actions, exec, clock, idle: 1000 }), {
    name: "TerminalClosed",
  });
  return { output: terminal.output, done };
}

void test("the page is shown until Enter, and again after exit", async () => {
  const { output } = await play(["x", "timeout", "\r", "exit\r"]);
  assert.equal(output.match(/The node is healthy/g)?.length, 2);
  assert.match(output, /Limited console/);
});

void test("a serial line gets a line when something changes, and no cursor addressing", async () => {
  const { output } = await play(["timeout", "timeout"], "line");
  assert.equal(
    output,
    "\r\nNode: The node is healthy. GuestOS runs and follows the network.\r\nPress Enter for the console.\r\n",
  );
});

void test("logs are asked for by argument vector and reach the screen without their escape sequences", async () => {
  const { output, done } = await play(["\r", "view-logs guestos\r"]);
  assert.deepEqual(done, [
    "/usr/bin/journalctl --no-pager --quiet --boot --lines=50 --output=short-iso --unit=guestos.service",
  ]);
  assert.ok(output.includes("\r\nline of a log\r\n"));
  assert.ok(!output.includes("\u001b]"));
});

void test("every command answers, and a mistake is told without ending the console", async () => {
  const lines = ["service-status guestos", "service-status nothing", "config-json", "network-config-settings"];
  const more = ["guestos-alternative show", "diagnostics", "status --json", "help", "sh", "view-logs -f", "clear"];
  const { output } = await play(["\r", ...[...lines, ...more].map((line) => `${line}\r`)]);
  for (const part of [
    "guestos.service: GuestOS",
    "active (running) since today",
    "No unit nothing.service is loaded.",
    '{"config_version": "1.17.0"}',
    "br6: 2001:db8::1",
    "Slot A, stable.",
    "The bundle is at USB stick, icos.tar.zst.",
    '"kind": "healthy"',
    "the last 50 lines of a service's log",
    "There is no such command.",
    "Usage: view-logs UNIT",
  ])
    assert.ok(output.includes(part), part);
});

void test("what stops the guest or the machine is asked about first", async () => {
  assert.deepEqual((await play(["\r", "reboot\r", "n\r", "guestos-alternative swap\r", "\r"])).done, []);
  const { done } = await play([
    "\r",
    "guestos-alternative swap b\r",
    "y\r",
    "restart-guestos\r",
    "yes\r",
    "reboot\r",
    "Y\r",
  ]);
  assert.deepEqual(done, ["swap B", "restart-guestos", "reboot"]);
});

void test("a recovery is typed, checked at once, confirmed and started", async () => {
  const keys = ["\r", "manual-recovery\r", "n\r", "A1 xyz\r", `\u0015${VERSION}00\r`, `${HASH}\r`, "\r", "y\r"];
  const { done, output } = await play(keys);
  assert.deepEqual(done, [`recover ${JSON.stringify({ version: VERSION, "version-hash": HASH })}`]);
  assert.match(output, /That is 2 characters; 40 are needed/);
  assert.match(output, /a1a1a1a1 a1a1a1a1/);
  assert.match(output, /download: 10 %/);
  assert.match(output, /Recovery is done/);
});

void test("a recovery is read from a stick", async () => {
  const { done } = await play(["\r", "manual-recovery\r", "y\r", "y\r"]);
  assert.equal(done.length, 1);
});

void test("a recovery is given up at any question, and stopped while it runs", async () => {
  for (const keys of [["\u0003"], ["n\r", "\u0004"], ["n\r", "a1\u001b[D", "timeout"], ["y\r", "n\r"]])
    assert.deepEqual((await play(["\r", "manual-recovery\r", ...keys])).done, []);
  const { output, done } = await play(["\r", "manual-recovery\r", "y\r", "y\r", "\u0003"]);
  assert.deepEqual(done, []);
  assert.match(output, /Cancelled; nothing was changed\./);
});

void test("nobody at the keyboard: the console goes back to the page", async () => {
  const { output } = await play(["\r", "timeout"]);
  assert.equal(output.match(/The node is healthy/g)?.length, 2);
});

void test("earlier lines come back, and Tab completes", async () => {
  const { done } = await play(["\r", "view-l\tgu\t\r", "\u001b[A\r"]);
  assert.equal(done.length, 2);
  assert.equal(done[0], done[1]);
});
