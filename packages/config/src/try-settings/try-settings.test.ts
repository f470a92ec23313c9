import { test } from "node:test";
import assert from "node:assert/strict";
import { FakeNode } from "./fake-node.ts";
import { formatTryState, parseNetworkSettings, parseTryState } from "./try-file.ts";
import { forgetKept, keepTried, settingsAtBoot, startTry, takeBack, watchTry } from "./try-settings.ts";
import { inForce, type NetworkSettings } from "./try-state.ts";

const settings = (host: number): NetworkSettings => ({
  ipv6_config: { Fixed: { address: `2001:db8::${host}/64`, gateway: "2001:db8::ffff" } },
  ipv4_config: null,
  domain_name: null,
});
const [A, B] = [settings(1), settings(2)];

void test("what is tried is in force at once, and taken back when its time is over", async () => {
  const node = new FakeNode();
  await startTry(A, 60_000, node);
  assert.deepEqual([node.applied, node.watchers], [A, 1]);
  const started = node.uptime;
  const state = await watchTry(node);
  assert.deepEqual([state, node.applied], [{ kind: "settled", settings: null }, null]);
  assert.equal(node.uptime - started, 60_000);
});

void test("what is confirmed in time stays, also after a restart, and is what the next try goes back to", async () => {
  const node = new FakeNode();
  await startTry(A, 60_000, node);
  node.onSleep = async () => {
    node.onSleep = () => undefined;
    await keepTried(node);
  };
  assert.deepEqual(await watchTry(node), { kind: "settled", settings: A });
  assert.deepEqual(node.applied, A);
  const next = node.restarted();
  assert.deepEqual(await settingsAtBoot(next), A);
  await startTry(B, 1_000, next);
  await watchTry(next);
  assert.deepEqual(next.applied, A);
});

void test("a restart ends a try at once", async () => {
  const node = new FakeNode();
  await startTry(A, 600_000, node);
  const next = node.restarted();
  assert.equal(await settingsAtBoot(next), null);
  assert.deepEqual(parseTryState(next.disk ?? "", "x"), { kind: "settled", settings: null });
  await assert.rejects(keepTried(next), { code: "nothing-tried" });
});

void test("a confirmation that comes too late is refused, and the network is as before", async () => {
  const node = new FakeNode();
  await startTry(A, 60_000, node);
  node.uptime += 60_000;
  await assert.rejects(keepTried(node), { code: "nothing-tried" });
  assert.equal(node.applied, null);
});

void test("only one thing is tried at a time; a try whose time is over is no hindrance", async () => {
  const node = new FakeNode();
  await startTry(A, 60_000, node);
  await assert.rejects(startTry(B, 60_000, node), { code: "try-in-progress" });
  assert.deepEqual(node.applied, A);
  node.uptime += 60_000;
  await startTry(B, 60_000, node);
  assert.deepEqual(node.applied, B);
});

void test("a try can be taken back early, and what was kept be forgotten", async () => {
  const node = new FakeNode();
  await startTry(A, 60_000, node);
  assert.equal(inForce(await takeBack(node)), null);
  assert.equal(node.applied, null);
  await startTry(A, 60_000, node);
  await keepTried(node);
  assert.deepEqual(inForce(await takeBack(node)), A, "what is kept is not taken back");
  await forgetKept(node);
  assert.equal(node.applied, null);
  assert.equal(await settingsAtBoot(node.restarted()), null);
});

void test("settings that cannot be applied are taken back, and the reason is told", async () => {
  const node = new FakeNode();
  let attempts = 0;
  const broken = {
    apply: async (wanted: NetworkSettings | null) => {
      attempts += 1;
      if (wanted !== null) throw new Error("networkd says no");
    },
  };
  await assert.rejects(startTry(A, 60_000, { ...modulesOf(node), network: broken }), /networkd says no/);
  assert.equal(attempts, 2);
  assert.deepEqual(parseTryState(node.disk ?? "", "x"), { kind: "settled", settings: null });
});

void test("the record is read as it was written, and refused by field when it is not one", () => {
  const trying = { kind: "trying", candidate: A, before: B, deadline: { bootId: "b", uptime: 5 } } as const;
  for (const state of [trying, { kind: "settled", settings: null } as const])
    assert.deepEqual(parseTryState(formatTryState(state), "x"), state);
  for (const text of ["", "{}", `{"version":2,"state":{"kind":"settled","settings":null}}`, `{"version":1,"state":{}}`])
    assert.throws(() => parseTryState(text, "x"), { code: "invalid-try-state" });
});

void test("settings to try have the form of a guest's network_settings", () => {
  assert.deepEqual(parseNetworkSettings(JSON.stringify({ ipv6_config: "RouterAdvertisement" }), "x"), {
    ipv6_config: "RouterAdvertisement",
    ipv4_config: null,
    domain_name: null,
  });
  for (const ipv6_config of ["Deterministic", { Delegated: {} }, { Fixed: { address: "2001:db8::1" } }, 5])
    assert.throws(() => parseNetworkSettings(JSON.stringify({ ipv6_config }), "x"), {
      code: "invalid-network-settings",
    });
});

function modulesOf(node: FakeNode) {
  return {
    store: node.store,
    watcher: node.watcher,
    moment: () => node.moment(),
    sleep: (milliseconds: number) => node.sleep(milliseconds),
    exclusively: <Result>(work: () => Promise<Result>) => node.exclusively(work),
  };
}
