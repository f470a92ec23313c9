import assert from "node:assert/strict";
import { test } from "node:test";
import { newGrubenv } from "@icos/slots";
import type { HostActions } from "./host-actions.ts";
import { hostosCommand, type HostosModules } from "./hostos-command.ts";
import type { Observer } from "./observer.ts";

const VERSION = "a1".repeat(20);
const HASH = "b2".repeat(32);
const TYPED = ["--version", VERSION, "--version-hash", HASH];

async function call(args: readonly string[], { yes = false } = {}) {
  const done: string[] = [];
  const unused = async (): Promise<never> => Promise.reject(new Error("not used"));
  const actions: HostActions = {
    unitStates: unused,
    reboot: unused,
    restartGuestos: unused,
    showAlternative: async () => ({ alternative: "B", cycle: "failsafe_check" }),
    async swapAlternative(target, { onProgress }) {
      onProgress({ phase: "switch", text: "to slot \u001b[2JA" });
      done.push(`swap ${target}`);
      return "A";
    },
    readRecoveryRequest: async () => ({ version: VERSION, "version-hash": HASH }),
    recover: async (request) => void done.push(`recover ${request["recovery-hash"]}`),
    diagnostics: async () => "/var/lib/icos/diagnostics/x.tar.zst",
  };
  const observer: Observer = {
    look: async () => ({
      explanation: {
        kind: "healthy",
        tone: "good",
        title: "Healthy",
        story: "All is well.",
        next: undefined,
        notices: [],
      },
      facts: {
        nodeId: undefined,
        hostIpv6: "2001:db8::1",
        guestIpv6: undefined,
        hostVersion: undefined,
        hostSlot: "A",
        mgmtMac: undefined,
        time: "now",
      },
    }),
    unitNames: unused,
    configuration: unused,
    network: unused,
  };
  const modules: HostosModules = {
    actions,
    observer,
    confirm: async () => yes,
    readFile: async () => `version=${VERSION} version-hash=${HASH} recovery-hash=${HASH}`,
    readGrubenv: async () => newGrubenv(),
    progress: (line) => void done.push(line),
    signal: new AbortController().signal,
  };
  return { text: await hostosCommand(args, modules), done };
}

void test("state and slots are printed", async () => {
  assert.match((await call(["status"])).text, /^Healthy\nAll is well\.\n\nHost {5}2001:db8::1\n/);
  assert.match((await call(["status", "--json"])).text, /"kind": "healthy"/);
  assert.equal((await call(["slots"])).text, "HostOS   slot A, stable\nGuestOS  slot B, failsafe check");
  assert.equal((await call(["alternative", "show"])).text, "slot B, failsafe check");
  assert.match((await call(["diagnostics"])).text, /x\.tar\.zst/);
});

void test("what changes something is confirmed, by answer or option", async () => {
  await assert.rejects(call(["alternative", "swap"]), { code: "not-confirmed" });
  await assert.rejects(call(["recover", ...TYPED]), { code: "not-confirmed" });
  const { text, done } = await call(["alternative", "swap", "a"], { yes: true });
  assert.equal(text, "GuestOS starts from slot A.");
  assert.deepEqual(done, ["switch: to slot A", "swap A"]);
  assert.deepEqual((await call(["recover", ...TYPED, "--yes"])).done, ["recover undefined"]);
  assert.deepEqual((await call(["recover", "--file", "-", "--yes"])).done, [`recover ${HASH}`]);
  assert.deepEqual((await call(["recover", "--usb", "--yes"])).done, ["recover undefined"]);
});

void test("what is not understood is answered with the usage", async () => {
  for (const args of [
    [],
    ["sh"],
    ["toString"],
    ["status", "more"],
    ["status", "--yes"],
    ["alternative"],
    ["alternative", "swap", "C"],
    ["alternative", "swap", "A", "B"],
    ["recover"],
    ["recover", "--usb", ...TYPED],
    ["recover", "--file"],
    ["slots", "--unknown"],
  ])
    await assert.rejects(call(args, { yes: true }), { code: "usage" }, args.join(" "));
  await assert.rejects(call(["recover", "--version", "1", "--version-hash", HASH]), { code: "bad-recovery-request" });
});
