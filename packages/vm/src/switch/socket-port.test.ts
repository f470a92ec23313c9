import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { testDirectory } from "../testing/directory.ts";
import { BROADCAST, macOf, testFrame } from "../testing/frames.ts";
import { connectToSwitch } from "./connect-to-switch.ts";
import { joinPorts, type FramePort } from "./frame-port.ts";
import { createVirtualSwitch } from "./virtual-switch.ts";

const directory = testDirectory();

/** The next `count` frames a port gets. */
function frames(port: FramePort, count: number): Promise<Buffer[]> {
  const { promise, resolve } = Promise.withResolvers<Buffer[]>();
  const found: Buffer[] = [];
  port.receive((frame) => found.push(Buffer.from(frame)) === count && resolve(found));
  return promise;
}

void test("machines on sockets reach each other, and a machine may come back", async () => {
  const network = createVirtualSwitch({ seed: "s" });
  const path = (name: string): string => join(directory, `${name}.sock`);
  await network.listenPort("a", path("a"));
  await network.listenPort("b", path("b"));
  const a = await connectToSwitch(path("a"));
  const b = await connectToSwitch(path("b"));

  const hello = frames(a, 1);
  // The switch accepts in its own time: until it has, frames are lost as on a cable that is not plugged in.
  b.send(testFrame(BROADCAST, macOf(2), 1));
  assert.equal((await hello)[0]?.readUInt32BE(14), 1);

  const many = frames(b, 500);
  for (let number = 0; number < 500; number += 1) a.send(testFrame(macOf(2), macOf(1), number, 60 + number));
  assert.deepEqual(
    (await many).map((frame) => [frame.readUInt32BE(14), frame.length]),
    Array.from({ length: 500 }, (_, number) => [number, 60 + number]),
  );

  const again = await connectToSwitch(path("b"));
  assert.equal(await b.closed, undefined); // the newest connection wins
  const welcome = frames(again, 1);
  a.send(testFrame(BROADCAST, macOf(1), 7));
  assert.equal((await welcome)[0]?.readUInt32BE(14), 7);

  await network.close();
  await Promise.all([a.closed, again.closed]);
  await assert.rejects(connectToSwitch(path("a")), { code: "switch-unreachable" });
});

void test("a connection that speaks no framing is ended and the port works on", async () => {
  const network = createVirtualSwitch({ seed: "s" });
  const path = join(directory, "g.sock");
  await network.listenPort("g", path);
  const inside = network.addPort("inside");
  const garbage = connect(path);
  garbage.on("error", () => undefined);
  garbage.write("GET / HTTP/1.1\r\n");
  await once(garbage, "close");
  assert.equal(network.status()[0]?.counters.framingErrors, 1);
  const machine = await connectToSwitch(path);
  const got = frames(inside, 1);
  machine.send(testFrame(BROADCAST, macOf(1), 3));
  assert.equal((await got)[0]?.readUInt32BE(14), 3);
  await network.close();
});

void test("a machine that takes no frames loses them, and the memory stays bounded", async () => {
  const network = createVirtualSwitch({ seed: "s" });
  const path = join(directory, "slow.sock");
  await network.listenPort("slow", path);
  const inside = network.addPort("inside");
  const slow = connect(path);
  await once(slow, "connect");
  slow.pause();
  while (network.status()[0]?.attached !== true) await new Promise(setImmediate);
  for (let number = 0; number < 2_000; number += 1) inside.send(testFrame(BROADCAST, macOf(1), number, 1_500));
  const counters = network.status()[0]?.counters;
  assert.ok(counters !== undefined && counters.droppedQueueFull > 1_000, JSON.stringify(counters));
  assert.equal(counters.framesToMachine + counters.droppedQueueFull, 2_000);
  slow.destroy();
  await network.close();
});

void test("a socket path that the kernel would cut is refused", async () => {
  const network = createVirtualSwitch({ seed: "s" });
  const path = join(directory, "x".repeat(108));
  await assert.rejects(network.listenPort("x", path), { code: "socket-path-too-long" });
  await assert.rejects(network.listenPort("x", join(directory, "none", "x")), { code: "cannot-listen" });
  assert.equal(network.status().length, 0);
});

void test("joined ports pass frames both ways and end together", async () => {
  const network = createVirtualSwitch({ seed: "s" });
  const other = createVirtualSwitch({ seed: "t" });
  const left = network.addPort("uplink");
  const ended = joinPorts(left, other.addPort("uplink"));
  const near = network.addPort("near");
  const far = other.addPort("far");
  const there = frames(far, 1);
  near.send(testFrame(BROADCAST, macOf(1), 1));
  assert.equal((await there)[0]?.readUInt32BE(14), 1);
  const back = frames(near, 1);
  far.send(testFrame(macOf(1), macOf(2), 2));
  assert.equal((await back)[0]?.readUInt32BE(14), 2);
  left.close();
  await ended;
  assert.deepEqual([network.status().length, other.status().length], [1, 1]);
});

void test("a capture is a pcap file with every frame once, and a port's capture has both directions", async () => {
  const network = createVirtualSwitch({ seed: "s" });
  const a = network.addPort("a");
  const b = network.addPort("b");
  network.addPort("c");
  const whole = await network.capture({ file: join(directory, "whole.pcap") });
  const atB = await network.capture({ file: join(directory, "b.pcap"), port: "b" });
  a.send(testFrame(BROADCAST, macOf(1), 1));
  b.send(testFrame(macOf(1), macOf(2), 2, 100));
  a.send(testFrame(macOf(1), macOf(1), 3)); // to itself: seen by the switch, passed to nobody
  await whole.stop();
  await atB.stop();
  a.send(testFrame(BROADCAST, macOf(1), 4));
  const file = await readFile(join(directory, "whole.pcap"));
  assert.equal(file.readUInt32LE(0), 0xa1b2c3d4);
  assert.equal(file.length, 24 + 16 + 60 + 16 + 100 + 16 + 60);
  assert.ok(Math.abs(file.readUInt32LE(24) - Date.now() / 1_000) < 3_600);
  assert.equal(file.readUInt32BE(24 + 16 + 14), 1);
  assert.deepEqual([whole.frames, atB.frames, whole.dropped], [3, 2, 0]);
  await assert.rejects(network.capture({ file: join(directory, "no", "x") }), { code: "capture-failed" });
  await network.close();
});
