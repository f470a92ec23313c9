import assert from "node:assert/strict";
import { test } from "node:test";
import { BROADCAST, macOf, testHost, type TestHost } from "../testing/frames.ts";
import type { LinkSettings } from "./link.ts";
import { createVirtualTimeline, type VirtualTimeline } from "./timeline.ts";
import { createVirtualSwitch, type VirtualSwitch, type VirtualSwitchOptions } from "./virtual-switch.ts";

interface Fixture {
  readonly clock: VirtualTimeline;
  readonly network: VirtualSwitch;
  readonly hosts: readonly [TestHost, TestHost, TestHost];
}

/** Ports p0, p1, p2 with a host each, all known to the switch. */
function makeNetwork(options: Partial<VirtualSwitchOptions> = {}, link: Partial<LinkSettings> = {}): Fixture {
  const clock = createVirtualTimeline();
  const network = createVirtualSwitch({ seed: "test", clock, ...options });
  const host = (index: number): TestHost => testHost(network.addPort(`p${index}`), index, () => clock.now());
  const hosts = [host(0), host(1), host(2)] as const;
  for (const each of hosts) each.send(BROADCAST, 0);
  for (const each of hosts) each.received.length = 0;
  for (const index of [0, 1, 2]) network.setLink(`p${index}`, link);
  return { clock, network, hosts };
}

const numbers = (host: TestHost): number[] => host.received.map(({ number }) => number);

function counters(network: VirtualSwitch, name: string) {
  const status = network.status().find((port) => port.name === name);
  assert.ok(status);
  return status.counters;
}

void test("a known address gets its frames alone, an unknown and a multicast one reaches all others", () => {
  const { network, hosts } = makeNetwork();
  const [a, b, c] = hosts;
  a.send(b.mac, 1);
  a.send(macOf(99), 2);
  a.send(0x3333ff000001, 3); // IPv6 solicited-node multicast
  assert.deepEqual([numbers(a), numbers(b), numbers(c)], [[], [1, 2, 3], [2, 3]]);
  assert.deepEqual(network.addresses()[1], { mac: "52:00:00:00:00:01", port: "p1" });
});

void test("an address moves to the port it was last heard at, and is forgotten when silent", () => {
  const { clock, network, hosts } = makeNetwork({ macAgeMs: 1_000 });
  const [a, b, c] = hosts;
  const other = network.addPort("p3");
  const moved = testHost(other, 1, () => clock.now());
  moved.send(BROADCAST, 0);
  a.send(b.mac, 1);
  assert.deepEqual([numbers(b).includes(1), numbers(moved)], [false, [1]]);
  clock.advance(1_001);
  a.send(b.mac, 2);
  assert.ok([b, c, moved].every((host) => numbers(host).includes(2)));
});

void test("a full address table floods instead of forgetting whom it knows", () => {
  const { network, hosts } = makeNetwork({ macLimit: 3 });
  const [a, b, c] = hosts;
  const port = network.addPort("p3");
  const late = testHost(port, 7, () => 0);
  late.send(BROADCAST, 0);
  assert.equal(network.addresses().length, 3);
  a.send(late.mac, 1);
  assert.ok([b, c, late].every((host) => numbers(host).includes(1)));
  a.send(b.mac, 2);
  assert.equal(numbers(c).includes(2), false);
});

void test("delay adds up over both cables and bandwidth spaces frames out", () => {
  const { clock, network, hosts } = makeNetwork();
  const [a, b] = hosts;
  network.setLink("p0", { delayMs: 10 });
  network.setLink("p1", { delayMs: 5 });
  a.send(b.mac, 1);
  clock.advance(14);
  assert.deepEqual(numbers(b), []);
  clock.advance(1);
  assert.equal(b.received[0]?.at, 15);

  network.setLink("p0", { delayMs: 0, bandwidthBitsPerSecond: 8_000_000 });
  network.setLink("p1", { delayMs: 0 });
  b.received.length = 0;
  for (let number = 0; number < 4; number += 1) a.send(b.mac, number, 976); // 1000 bytes on the wire: 1 ms
  clock.advance(100);
  assert.deepEqual(
    b.received.map(({ at }) => at - 15),
    [1, 2, 3, 4],
  );
});

void test("a link that is too slow drops at the tail and says so", () => {
  const { clock, network, hosts } = makeNetwork();
  const [a, b] = hosts;
  network.setLink("p0", { bandwidthBitsPerSecond: 1_000_000 });
  for (let number = 0; number < 1_000; number += 1) a.send(b.mac, number, 1_500);
  clock.advance(60_000);
  const { droppedQueueFull } = counters(network, "p0");
  assert.ok(droppedQueueFull > 500 && droppedQueueFull < 700, `${droppedQueueFull}`);
  assert.equal(b.received.length + droppedQueueFull, 1_000);
  assert.deepEqual(numbers(b), [...numbers(b).keys()]);
});

void test("a partition lets frames pass inside its groups only, until it is lifted", () => {
  const { network, hosts } = makeNetwork();
  const [a, b, c] = hosts;
  network.setPartition([["p0"], ["p1", "p2"]]);
  a.send(b.mac, 1);
  a.send(BROADCAST, 2);
  b.send(c.mac, 3);
  assert.deepEqual([numbers(a), numbers(b), numbers(c)], [[], [], [3]]);
  assert.equal(counters(network, "p0").droppedPartition, 3);
  network.setPartition([
    ["p0", "p2"],
    ["p1", "p2"],
  ]);
  a.send(c.mac, 4);
  b.send(c.mac, 5);
  a.send(b.mac, 6);
  assert.deepEqual([numbers(b), numbers(c)], [[], [3, 4, 5]]);
  network.setPartition([["p0"]]); // the others, named nowhere, stay together
  b.send(c.mac, 7);
  a.send(c.mac, 8);
  assert.deepEqual(numbers(c), [3, 4, 5, 7]);
  network.setPartition(undefined);
  a.send(b.mac, 9);
  assert.deepEqual(numbers(b), [9]);
  assert.throws(() => network.setPartition([["nobody"]]), { code: "no-such-port" });
});

void test("a pulled cable passes nothing and loses what was on the way", () => {
  const { clock, network, hosts } = makeNetwork();
  const [a, b] = hosts;
  network.setLink("p1", { delayMs: 10 });
  a.send(b.mac, 1);
  network.setUp("p1", false);
  clock.advance(20);
  assert.equal(b.send(a.mac, 2), false);
  a.send(b.mac, 3);
  clock.advance(20);
  assert.deepEqual([numbers(a), numbers(b)], [[], []]);
  network.setUp("p1", true);
  a.send(b.mac, 4);
  clock.advance(20);
  assert.deepEqual(numbers(b), [4]);
});

void test("loss is near what was asked for and the same for the same seed", () => {
  function run(seed: string): number[] {
    const { clock, network, hosts } = makeNetwork({ seed });
    const [a, b] = hosts;
    network.setLink("p0", { lossPercent: 10 });
    for (let number = 0; number < 10_000; number += 1) a.send(b.mac, number);
    clock.advance(1);
    assert.equal(counters(network, "p0").lost + b.received.length, 10_000);
    return numbers(b);
  }
  const received = run("one");
  // Ten thousand draws at 10 %: the standard deviation is 30.
  assert.ok(Math.abs(received.length - 9_000) < 150, `${received.length}`);
  assert.deepEqual(run("one"), received);
  assert.notDeepEqual(run("two"), received);
});

void test("frames that no host sends are dropped and counted", () => {
  const { network } = makeNetwork();
  const port = network.addPort("bad");
  assert.equal(port.send(Buffer.alloc(13)), false);
  const spoofed = Buffer.alloc(60, 0xff);
  assert.equal(port.send(spoofed), false);
  assert.equal(counters(network, "bad").malformed, 2);
});

void test("a wrong port name or link setting is refused", () => {
  const { network } = makeNetwork();
  assert.throws(() => network.addPort("p0"), { code: "port-exists" });
  assert.throws(() => network.setLink("x", {}), { code: "no-such-port" });
  assert.throws(() => network.setLink("p0", { lossPercent: 101, delayMs: -1 }), {
    code: "link-settings-invalid",
    message: /delayMs.*lossPercent/,
  });
  assert.throws(() => network.setLink("p0", { bandwidthBitsPerSecond: 10 }), { code: "link-settings-invalid" });
});

void test("a closed port is gone", async () => {
  const { network, hosts } = makeNetwork();
  const port = network.addPort("p3");
  port.close();
  assert.equal(await port.closed, undefined);
  assert.equal(port.send(Buffer.alloc(60)), false);
  assert.equal(network.status().length, 3);
  hosts[0].send(BROADCAST, 1);
  await network.close();
  assert.equal(network.status().length, 0);
});
