import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { systemClock, systemErrorCode } from "@icos/system";
import { GOOD_REQUEST, GOOD_RESPONSE, readAll, ServedChannel } from "../test/served-channel.ts";
import { askHost } from "./client.ts";
import { PIECE_BYTES } from "./connection.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { NO_PAYLOAD, type Payload } from "./response.ts";
import { unixGuestTransport } from "./unix-transport.ts";

const UPGRADE = `{"sender_cid":3,"message":{"upgrade":{"url":"http://files/u","target-hash":"${"ab".repeat(32)}"}}}`;
const OTHER_UPGRADE = UPGRADE.replaceAll("ab", "cd");
const DONE = '{"Ok":"NoPayload"}';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A handler that ends when the test says so. */
function slowWork() {
  const { promise, resolve, reject } = Promise.withResolvers<Payload>();
  const signals: AbortSignal[] = [];
  const handler = (_command: unknown, signal: AbortSignal): Promise<Payload> => {
    signals.push(signal);
    signal.addEventListener("abort", () => reject(signal.reason));
    return promise;
  };
  return { handler, signals, finish: () => resolve(NO_PAYLOAD), fail: reject };
}

void test("A request that is not complete after 5 s is answered with an error.", async () => {
  await using channel = await ServedChannel.start();
  const answer = channel.ask('{"sender_cid":3,');
  await channel.passTime(4_999, 1);
  await turn();
  channel.clock.advance(1);
  assert.equal(await answer, '{"Err":"The request was not complete after 5 s."}');
});

void test("A request that came in time is answered by a server that was too busy to look.", async () => {
  await using channel = await ServedChannel.start();
  const client = await channel.connect();
  while (channel.clock.sleeping < 1) await turn();
  client.write(GOOD_REQUEST);
  channel.clock.advance(5_000);
  assert.equal(await readAll(client), GOOD_RESPONSE);
});

void test("A request that trickles in is answered when it is whole, and not kept longer than 5 s.", async () => {
  await using channel = await ServedChannel.start();
  const client = await channel.connect();
  for (const byte of GOOD_REQUEST) {
    client.write(byte);
    await turn();
  }
  assert.equal(await readAll(client), GOOD_RESPONSE);
});

void test("A client that does not close after its answer is cut off after 5 s.", async () => {
  await using channel = await ServedChannel.start();
  const client = await channel.connect();
  client.write(GOOD_REQUEST);
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  client.resume();
  await ended;
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  await channel.passTime(5_000, 1);
  client.on("error", () => undefined);
  client.write("more");
  await turn();
  client.write("more"); // a closed socket is noticed by writing to it
  await closed;
});

void test("A command that takes longer than its share of 30 s is given up with an error.", async () => {
  const work = slowWork();
  await using channel = await ServedChannel.start({ handlers: { "attach-hsm": work.handler } });
  const answer = channel.ask('{"sender_cid":3,"message":"attach-hsm"}');
  while (work.signals.length === 0) await turn();
  await channel.passTime(20_000, 1);
  assert.equal(await answer, '{"Err":"The command was not done after 20 s."}');
  assert.equal(work.signals[0]?.aborted, true);
});

void test("An upgrade outlives 30 s and its client; who asks again gets its answer, another upgrade is refused.", async () => {
  const work = slowWork();
  await using channel = await ServedChannel.start({ handlers: { upgrade: work.handler } });
  const gone = await channel.connect();
  gone.write(UPGRADE);
  while (work.signals.length === 0) await turn();
  gone.destroy();
  await channel.passTime(60_000, 1);
  const again = channel.ask(UPGRADE);
  assert.match(await channel.ask(OTHER_UPGRADE), /^\{"Err":"Another upgrade is under way: /);
  assert.equal(await channel.ask(GOOD_REQUEST), GOOD_RESPONSE);
  work.finish();
  assert.equal(await again, DONE);
  assert.equal(work.signals.length, 1);
  assert.equal(work.signals[0]?.aborted, false);
});

void test("An image is the same upgrade from whichever server, and its end is told to who asks again, once.", async () => {
  const works = [slowWork(), slowWork()];
  const begun: AbortSignal[] = [];
  const handler = (command: unknown, signal: AbortSignal): Promise<Payload> =>
    works[begun.push(signal) - 1]?.handler(command, signal) ?? Promise.reject(new Error("asked too often"));
  await using channel = await ServedChannel.start({ handlers: { upgrade: handler } });
  const ask = async (url: string): Promise<string> => {
    const command = { kind: "upgrade", arguments: { url, "target-hash": "ab".repeat(32) } } as const;
    const modules = { transport: unixGuestTransport(channel.path, 3), clock: systemClock };
    return askHost(command, modules).then(
      () => "done",
      (error: unknown) => systemErrorCode(error) ?? "",
    );
  };
  const first = ask("http://a/u");
  while (begun.length === 0) await turn();
  await channel.passTime(280_000, 1);
  assert.equal(await first, "host-too-slow");
  works[0]?.fail(new Error("no such file"));
  await turn();
  assert.equal(await ask("http://a/u"), "host-refused");
  assert.equal(begun.length, 1, "it is told how the upgrade ended");
  const next = ask("http://b/u");
  while (begun.length === 1) await turn();
  const before = channel.bytesRead;
  const same = ask("http://a/u");
  while (channel.bytesRead === before) await turn();
  await turn();
  works[1]?.finish();
  assert.deepEqual([await next, await same, begun.length], ["done", "done", 2]);
});

void test("Before an upgrade's client stops waiting, it is told that the work goes on.", async () => {
  const work = slowWork();
  await using channel = await ServedChannel.start({ handlers: { upgrade: work.handler } });
  const answer = channel.ask(UPGRADE);
  while (work.signals.length === 0) await turn();
  await channel.passTime(280_000, 1);
  assert.match(await answer, /still under way/);
  assert.equal(work.signals[0]?.aborted, false);
  work.finish();
});

async function openMany(channel: ServedChannel, count: number, text: string): Promise<readonly Socket[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => channel.connect()));
  for (const client of clients) client.on("error", () => undefined).write(text);
  return clients;
}

void test("200 connections that say nothing more do not keep a good request out.", async () => {
  await using channel = await ServedChannel.start();
  const silent = await openMany(channel, 200, '{"sender_cid":3,"message":"');
  assert.equal(await channel.ask(GOOD_REQUEST), GOOD_RESPONSE);
  for (const client of silent) client.destroy();
});

void test("200 good requests at once are all answered.", async () => {
  await using channel = await ServedChannel.start();
  const answers = await Promise.all(Array.from({ length: 200 }, () => channel.ask(GOOD_REQUEST)));
  assert.deepEqual(new Set(answers), new Set([GOOD_RESPONSE]));
});

void test("A good request is answered before 200 large ones have been read, which are all answered, too.", async () => {
  await using channel = await ServedChannel.start();
  const large = `"${"x".repeat(65_000)}"`;
  const clients = await openMany(channel, 200, large);
  const answers = Promise.all(clients.map(readAll));
  const before = channel.bytesRead;
  assert.equal(await channel.ask(GOOD_REQUEST), GOOD_RESPONSE);
  const between = channel.bytesRead - before;
  assert.ok(
    between <= 200 * PIECE_BYTES + large.length,
    `${between} bytes were read before the good request was answered`,
  );
  for (const answer of await answers) assert.match(answer, /^\{"Err":"The request is not valid: /);
  assert.ok(channel.bytesRead >= 200 * large.length);
});

void test("A large request that stops halfway keeps no other large one waiting.", async () => {
  await using channel = await ServedChannel.start();
  const [halfway] = await openMany(channel, 1, `"${"x".repeat(10 * PIECE_BYTES)}`);
  assert.match(await channel.ask(`"${"x".repeat(60_000)}"`), /^\{"Err":"The request is not valid: /);
  halfway?.write(`${"x".repeat(10 * PIECE_BYTES)}"`);
  assert.match(halfway === undefined ? "" : await readAll(halfway), /^\{"Err":"The request is not valid: /);
});

void test("When there are too many, the oldest that are not complete are refused with a text.", async () => {
  await using channel = await ServedChannel.start({ limits: { ...SERVER_LIMITS, connections: 4 } });
  const answers: string[] = [];
  const silent = await openMany(channel, 4, "[");
  for (const client of silent) void readAll(client).then((text) => answers.push(text));
  await channel.passTime(0, 4);
  assert.equal(await channel.ask(GOOD_REQUEST), GOOD_RESPONSE);
  while (answers.length === 0) await turn();
  assert.deepEqual(answers, ['{"Err":"The host has too many open connections. Try again in a moment."}']);
});

void test("When all there may be are worked for, a further one is refused with a text.", async () => {
  const work = slowWork();
  const limits = { ...SERVER_LIMITS, connections: 2 };
  await using channel = await ServedChannel.start({ limits, handlers: { "attach-hsm": work.handler } });
  const attach = '{"sender_cid":3,"message":"attach-hsm"}';
  const answers = [channel.ask(attach), channel.ask(attach)];
  while (work.signals.length < 2) await turn();
  assert.match(await channel.ask(GOOD_REQUEST), /too many open connections/);
  work.finish();
  assert.deepEqual(await Promise.all(answers), [DONE, DONE]);
  assert.equal(await channel.ask(GOOD_REQUEST), GOOD_RESPONSE);
});

void test("Requests that are not complete take no more memory than they may in all.", async () => {
  const limits = { ...SERVER_LIMITS, bufferedBytes: 100_000 };
  await using channel = await ServedChannel.start({ limits });
  const large = await openMany(channel, 1, `"${"x".repeat(60_000)}`);
  await channel.passTime(0, 1);
  const refused = large.map(readAll);
  const next = await openMany(channel, 1, `"${"x".repeat(60_000)}`);
  assert.match((await Promise.all(refused))[0] ?? "", /too many open connections/);
  assert.equal(await channel.ask(GOOD_REQUEST), GOOD_RESPONSE);
  for (const client of next) client.destroy();
});

void test("A server that stops ends long work, finishes what is quick, and takes no more.", async () => {
  const long = slowWork();
  const { promise: version, resolve: tellVersion } = Promise.withResolvers<Payload>();
  await using channel = await ServedChannel.start({
    handlers: { upgrade: long.handler, GetHostOSVersion: () => version },
  });
  const upgrade = channel.ask(UPGRADE);
  const quick = channel.ask(GOOD_REQUEST);
  while (long.signals.length === 0) await turn();
  await channel.passTime(0, 2);
  const stopped = channel.stop();
  assert.equal(await upgrade, '{"Err":"The server stops."}');
  await assert.rejects(channel.connect(), { code: /ENOENT|ECONNREFUSED/ });
  tellVersion({ kind: "HostOSVersion", version: "0.1.0" });
  assert.equal(await quick, GOOD_RESPONSE);
  await stopped;
});

void test("A server that stops waits for 35 s and no longer.", async () => {
  const never = new Promise<Payload>(() => undefined);
  const limits = { ...SERVER_LIMITS, work: 100_000 };
  const channel = await ServedChannel.start({ limits, handlers: { GetHostOSVersion: () => never } });
  await using _ = channel;
  const answer = channel.ask(GOOD_REQUEST);
  await channel.passTime(0, 1);
  const stopped = channel.stop();
  await channel.passTime(34_999, 2);
  assert.equal(await Promise.race([stopped.then(() => "stopped"), turn().then(() => "waiting")]), "waiting");
  channel.clock.advance(1);
  await stopped;
  assert.equal(await answer, "");
});
