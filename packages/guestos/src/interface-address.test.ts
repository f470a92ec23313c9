import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import assert from "node:assert/strict";
import type { Clock } from "@icos/system";
import { parseIfInet6, waitForAddress } from "./interface-address.ts";
import { createLayout, type Layout } from "./layout.ts";

const line = (address: string, scope: string, flags: string, name: string): string =>
  `${address} 02 40 ${scope} ${flags} ${name.padStart(8)}\n`;
const GLOBAL = "20010db800000000680194fffeef2978";
const lines = {
  loopback: line("00000000000000000000000000000001", "10", "80", "lo"),
  link: line("fe80000000000000680194fffeef2978", "20", "80", "enp0s2"),
  usable: line(GLOBAL, "00", "80", "enp0s2"),
  tentative: line(GLOBAL, "00", "c0", "enp0s2"),
  failed: line(GLOBAL, "00", "c8", "enp0s2"),
  temporary: line("20010db80000000000000000000000ff", "00", "01", "enp0s2"),
  virtual: line("20010db8000000000000000000000abc", "00", "80", "wg0"),
};

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await rm(root, { recursive: true });
});

async function machine(text: string): Promise<Layout> {
  const root = await mkdtemp(join(tmpdir(), "icos-address-"));
  roots.push(root);
  const layout = createLayout(root);
  await mkdir(join(layout.proc, "net"), { recursive: true });
  await mkdir(join(layout.sys, "class/net/enp0s2/device"), { recursive: true });
  await mkdir(join(layout.sys, "class/net/wg0"), { recursive: true });
  await writeFile(join(layout.proc, "net/if_inet6"), text);
  return layout;
}

/** After the second sleep the table is another. */
function clockThatChanges(layout: Layout, text: string): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
      if (now === 2 * milliseconds) await writeFile(join(layout.proc, "net/if_inet6"), text);
    },
  };
}

void test("only lasting global addresses count", () => {
  assert.deepEqual(parseIfInet6(Object.values(lines).join("")), [
    { interface: "enp0s2", address: "2001:db8::6801:94ff:feef:2978", usable: true },
    { interface: "enp0s2", address: "2001:db8::6801:94ff:feef:2978", usable: false },
    { interface: "wg0", address: "2001:db8::abc", usable: true },
  ]);
});

void test("waits until the address can be listened on", async () => {
  const layout = await machine(lines.loopback + lines.link + lines.virtual + lines.tentative);
  const address = await waitForAddress(layout, clockThatChanges(layout, lines.usable));
  assert.equal(address, "2001:db8::6801:94ff:feef:2978");
});

void test("waits for the expected address, however it is written, and no other", async () => {
  const layout = await machine(lines.usable);
  const clock = clockThatChanges(layout, lines.usable);
  assert.equal(
    await waitForAddress(layout, clock, { expected: "2001:0DB8:0::6801:94ff:feef:2978" }),
    "2001:db8::6801:94ff:feef:2978",
  );
  await assert.rejects(waitForAddress(layout, clock, { expected: "2001:db8::1", timeout: 1000 }), {
    code: "no-address",
  });
});

void test("a virtual interface never counts", async () => {
  const layout = await machine(lines.virtual);
  await assert.rejects(waitForAddress(layout, clockThatChanges(layout, lines.virtual), { timeout: 1000 }), {
    code: "no-address",
  });
});
