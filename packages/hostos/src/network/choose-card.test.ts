import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseCard } from "./choose-card.ts";
import { FakeCards, type FakeCard } from "./fake-cards.ts";

const ADDRESS = { ipv6: "2001:db8::6800:d8ff:fecb:f597", prefixLength: 64, gateway: "2001:db8::1" };

async function choose(cards: Readonly<Record<string, FakeCard>>, address = ADDRESS) {
  const machine = new FakeCards(cards);
  const choice = await chooseCard(machine, address);
  assert.equal(machine.addresses.size, 0, "no card keeps the address");
  assert.equal(machine.up.size, 0, "every card is down for networkd");
  return { choice, machine };
}

const good = { linkAfter: 0, gatewayAfter: 0 };

void test("the fastest card whose gateway answers is chosen", async () => {
  const { choice, machine } = await choose({
    lo: { sysfs: { type: "772", device: undefined } },
    eno1: { ...good, speed: 1_000 },
    eno2: { ...good, speed: 10_000 },
    eno10: { ...good, speed: 10_000 },
    enp3s0: { linkAfter: 0, speed: 25_000 },
    ens5: good,
  });
  assert.deepEqual(choice, { kind: "working", card: "eno2", speed: 10_000, answer: "echo" });
  assert.equal(
    machine.commands.filter((command) => command.startsWith("ping") && command.includes("enp3s0")).length,
    10,
  );
  assert.ok(!machine.commands.some((command) => command.includes("dev lo")));
});

void test("a card of unknown speed comes last", async () => {
  const { choice } = await choose({ eno1: good, eno2: { ...good, speed: 100 } });
  assert.deepEqual(choice, { kind: "working", card: "eno2", speed: 100, answer: "echo" });
  const { choice: virtual } = await choose({ ens3: good });
  assert.deepEqual(virtual, { kind: "working", card: "ens3", speed: null, answer: "echo" });
});

void test("a link that needs 2.3 s is waited for, and one that is there is not", async () => {
  const { choice, machine } = await choose({
    eno1: { linkAfter: 2.3, gatewayAfter: 0, speed: 10_000 },
    eno2: { ...good, speed: 1_000 },
  });
  assert.equal(choice.kind === "working" && choice.card, "eno1");
  assert.equal(machine.seconds, 4);
  const { machine: quick } = await choose({ eno1: good });
  assert.equal(quick.seconds, 0);
});

void test("a gateway is asked ten times, also one that answers no echo request", async () => {
  const { choice } = await choose({ eno1: { linkAfter: 0, gatewayAfter: 40 } });
  assert.equal(choice.kind, "working");
  const { choice: late, machine } = await choose({ eno1: { linkAfter: 0, gatewayAfter: 60 } });
  assert.deepEqual(late, { kind: "gateway-silent", card: "eno1", speed: null, tried: ["eno1"], cards: 1 });
  assert.equal(machine.commands.filter((command) => command.startsWith("ping")).length, 10);
  const { choice: quiet } = await choose({ eno1: { ...good, answersEcho: false } });
  assert.deepEqual(quiet, { kind: "working", card: "eno1", speed: null, answer: "neighbour" });
});

void test("without a working gateway there is a network all the same", async () => {
  const { choice } = await choose({ eno1: { linkAfter: 0 }, eno2: { linkAfter: 0, speed: 1_000 }, eno3: {} });
  assert.deepEqual(choice, {
    kind: "gateway-silent",
    card: "eno2",
    speed: 1_000,
    tried: ["eno2", "eno1"],
    cards: 3,
  });
  const { choice: noCable, machine } = await choose({ eno2: {}, eno1: {} });
  assert.deepEqual(noCable, { kind: "no-link" });
  assert.equal(machine.seconds, 18);
  assert.deepEqual((await choose({ enx0123456789ab: good })).choice, { kind: "no-card" });
});

void test("a card that cannot be used is silent, and the next is asked", async () => {
  const { choice } = await choose({
    eno1: { ...good, sysfs: { carrier: "1", speed: "10000" }, broken: true },
    eno2: { ...good, speed: 1_000 },
  });
  assert.equal(choice.kind === "working" && choice.card, "eno2");
});

void test("a gateway outside of the network is reached over the card itself", async () => {
  const { choice, machine } = await choose({ eno1: good }, { ...ADDRESS, gateway: "fe80::1" });
  assert.equal(choice.kind, "working");
  assert.ok(machine.commands.includes("ip -6 route replace fe80::1/128 dev eno1"));
});

void test("the card that is in the bridge stays there, untouched", async () => {
  const { choice, machine } = await choose({ eno1: good, eno2: { ...good, sysfs: { master: "br6" } } });
  assert.deepEqual(choice, { kind: "kept", card: "eno2" });
  assert.deepEqual(machine.commands, []);
});
