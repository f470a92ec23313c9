import { test } from "node:test";
import assert from "node:assert/strict";
import { FakeNode, PowerCut, type Cut } from "./fake-node.ts";
import { formatTryState, parseTryState } from "./try-file.ts";
import { keepTried, settingsAtBoot, startTry, takeBack, watchTry } from "./try-settings.ts";
import { inForce, type NetworkSettings, settleTry } from "./try-state.ts";

const settings = (host: number): NetworkSettings => ({
  ipv6_config: { Fixed: { address: `2001:db8::${host}/64`, gateway: "2001:db8::ffff" } },
  ipv4_config: null,
  domain_name: null,
});
const [KEPT, CANDIDATE] = [settings(1), settings(2)];
const TIME = 60_000;

/** A node on which KEPT is kept, and that dies at an effect. */
function nodeWith(cut: Cut): FakeNode {
  const node = new FakeNode(cut);
  node.disk = formatTryState({ kind: "settled", settings: KEPT });
  node.applied = KEPT;
  return node;
}

const SCENARIOS = {
  "a try that nobody confirms": async (node: FakeNode) => {
    await startTry(CANDIDATE, TIME, node);
    await watchTry(node);
  },
  "a try that is confirmed": async (node: FakeNode) => {
    await startTry(CANDIDATE, TIME, node);
    await node.sleep(TIME / 2);
    await keepTried(node);
  },
  "a try that is taken back": async (node: FakeNode) => {
    await startTry(CANDIDATE, TIME, node);
    await takeBack(node);
  },
};

async function effectsOf(scenario: (node: FakeNode) => Promise<void>): Promise<number> {
  const node = nodeWith({ at: -1, happened: false });
  await scenario(node);
  return node.effects;
}

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  void test(`${name}: a power cut at any effect ends in settings that were kept, and the next try works`, async () => {
    const effects = await effectsOf(scenario);
    assert.ok(effects >= 4);
    for (let at = 0; at < effects; at++)
      for (const happened of [false, true]) {
        const node = nodeWith({ at, happened });
        await assert.rejects(scenario(node), PowerCut);
        const next = node.restarted();
        const found = await settingsAtBoot(next);
        const confirmed = name.endsWith("confirmed") && at === effects - 1 && happened;
        assert.deepEqual(found, confirmed ? CANDIDATE : KEPT, `${at} ${happened}`);
        assert.equal(parseTryState(next.disk ?? "", "x").kind, "settled");
        await startTry(CANDIDATE, TIME, next);
        await watchTry(next);
        assert.deepEqual(next.applied, found);
      }
  });

  void test(`${name}: when only a program dies, the watcher ends it and the network is what is written down`, async () => {
    const effects = await effectsOf(scenario);
    for (let at = 0; at < effects; at++)
      for (const happened of [false, true]) {
        const node = nodeWith({ at, happened });
        await assert.rejects(scenario(node), PowerCut);
        const next = node.continued();
        const before = parseTryState(next.disk ?? "", "x");
        const state = await watchTry(next);
        assert.equal(state.kind, "settled");
        // The watcher is started before the network is changed, so whoever is changed is watched.
        if (node.watchers > 0 || before.kind === "trying") assert.deepEqual(next.applied, inForce(state), `${at}`);
        const later = { bootId: next.bootId, uptime: next.uptime + 10 * TIME };
        assert.equal(settleTry(state, later), state);
      }
  });
}

void test("whatever the clock of the day does, the time of a try is that since the boot", async () => {
  for (const step of [1, 4_999, 5_000, 7_777, TIME]) {
    const node = nodeWith({ at: -1, happened: false });
    await startTry(CANDIDATE, TIME, node);
    const started = node.uptime;
    let looks = 0;
    node.onSleep = () => {
      looks += 1;
      if (looks > 20 * TIME) throw new Error("never ends");
      node.uptime = Math.min(node.uptime + (step % 3), started + TIME);
    };
    await watchTry(node);
    assert.equal(node.uptime, started + TIME);
    assert.deepEqual(node.applied, KEPT);
  }
});
