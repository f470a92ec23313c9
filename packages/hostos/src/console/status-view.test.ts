import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "./explain.ts";
import { FakeTerminal } from "./fake-terminal.ts";
import type { Observer } from "./observer.ts";
import { showStatus } from "./status-view.ts";
import type { Terminal } from "./terminal.ts";

const START = 1_800_000_000_000;
const LOOKS = 100;

/** A guest that boots for ever, looked at every two seconds; gives what the terminal got. */
async function watch(form: Terminal["form"]): Promise<string> {
  let now = START;
  const terminal = new FakeTerminal(Array<string>(LOOKS).fill("timeout"), form);
  const unused = async (): Promise<never> => Promise.reject(new Error("not used"));
  const observer: Observer = {
    async look() {
      now += 2000;
      const explanation = explain({
        now,
        recovering: false,
        host: { kind: "ready" },
        configProblem: undefined,
        network: { bridge: "up", addresses: ["2001:db8::1"] },
        vm: { kind: "running", since: START, bootFailed: false },
        report: undefined,
        slot: undefined,
        failedUnits: [],
        varUsed: undefined,
        upgrade: undefined,
        networkState: undefined,
      });
      const unknown = { nodeId: undefined, hostIpv6: undefined, guestIpv6: undefined };
      return {
        explanation,
        facts: { ...unknown, hostVersion: undefined, hostSlot: undefined, mgmtMac: undefined, time: "" },
      };
    },
    unitNames: unused,
    configuration: unused,
    network: unused,
  };
  const clock = { now: () => now, sleep: async () => undefined };
  await assert.rejects(showStatus(terminal, observer, clock), { name: "TerminalClosed" });
  return terminal.output;
}

void test("on a serial line a duration that grows is not told every two seconds", async () => {
  const output = await watch("line");
  assert.equal(output.match(/The guest is booting/g)?.length, Math.ceil((LOOKS * 2) / 60));
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(output, /\u001b/);
});

void test("on a screen the page is rewritten in place, without clearing it in between", async () => {
  const output = await watch("screen");
  assert.equal(output.split("\u001b[2J").length - 1, 2); // when it begins, and when it ends
  assert.ok((output.match(/The guest is booting/g)?.length ?? 0) > LOOKS / 2);
});
