import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, type Logger } from "@icos/system";
import { GOOD_REQUEST, GOOD_RESPONSE, readAll, ServedChannel } from "../test/served-channel.ts";
import { askHost } from "./client.ts";
import type { Command } from "./command.ts";
import { NO_PAYLOAD, PROTOCOL_VERSION, type Payload } from "./response.ts";
import { unixGuestTransport } from "./unix-transport.ts";

const HASH = "ab".repeat(32);
const EVERY_COMMAND: readonly (readonly [Command, Payload])[] = [
  [{ kind: "attach-hsm" }, NO_PAYLOAD],
  [{ kind: "detach-hsm" }, NO_PAYLOAD],
  [{ kind: "upgrade", arguments: { url: "http://files/u.tar.zst", "target-hash": HASH } }, NO_PAYLOAD],
  [{ kind: "notify", arguments: { count: 3, message: "Hello" } }, NO_PAYLOAD],
  [{ kind: "GetVsockProtocol" }, { kind: "HostOSVsockVersion", version: PROTOCOL_VERSION }],
  [{ kind: "GetHostOSVersion" }, { kind: "HostOSVersion", version: "0.1.0" }],
  [{ kind: "start-upgrade-guest-vm" }, NO_PAYLOAD],
  [{ kind: "guest-health", arguments: { state: "starting", "node-id": null, detail: "x" } }, NO_PAYLOAD],
];

void test("The client's commands reach their handlers, each with its payload as the answer.", async () => {
  await using channel = await ServedChannel.start();
  const transport = unixGuestTransport(channel.path, 3);
  for (const [command, payload] of EVERY_COMMAND) {
    assert.deepEqual(await askHost(command, { transport, clock: channel.clock }), payload);
  }
  assert.deepEqual(
    channel.commands,
    EVERY_COMMAND.map(([command]) => command),
  );
});

void test("A client that never closes its side is answered, and so is one that does.", async () => {
  await using channel = await ServedChannel.start();
  assert.equal(await channel.ask(GOOD_REQUEST), GOOD_RESPONSE);
  const client = await channel.connect();
  client.end(GOOD_REQUEST);
  assert.equal(await readAll(client), GOOD_RESPONSE);
});

void test("A request that ends with its client's side and without its value's end is answered with an error.", async () => {
  await using channel = await ServedChannel.start();
  const client = await channel.connect();
  client.end('{"sender_cid":3,');
  assert.match(await readAll(client), /^\{"Err":"The request is not JSON: /);
});

void test("What is not JSON is answered with an error, also while the client waits.", async () => {
  await using channel = await ServedChannel.start();
  assert.match(await channel.ask("GET / HTTP/1.1\r\n\r\n"), /^\{"Err":"The request is not JSON: /);
  assert.match(await channel.ask('{"sender_cid":}'), /^\{"Err":"The request is not JSON: /);
  assert.match(await channel.ask('{"sender_cid":3}'), /^\{"Err":"The request is not valid: message: /);
  assert.match(
    await channel.ask('{"sender_cid":3,"message":"set-node-id"}'),
    /^\{"Err":"The command \\"set-node-id\\"/,
  );
  assert.deepEqual(channel.commands, []);
});

void test("A request of more than 64 KiB is answered with an error.", async () => {
  await using channel = await ServedChannel.start();
  const answer = await channel.ask(`{"sender_cid":3,"message":"${"x".repeat(65_536)}`);
  assert.equal(answer, '{"Err":"The message is longer than 65536 bytes."}');
});

void test("Another guest than the first is refused, whatever it claims to be.", async () => {
  await using channel = await ServedChannel.start({ peerCid: 4 });
  const answer = '{"Err":"Only the guest 3 has commands; this is 4."}';
  assert.equal(await channel.ask(GOOD_REQUEST), answer);
  assert.equal(await channel.ask('{"sender_cid":4,"message":"GetHostOSVersion"}'), answer);
});

void test("The first guest is refused when it claims to be another.", async () => {
  await using channel = await ServedChannel.start();
  const answer = await channel.ask('{"sender_cid":4,"message":"GetHostOSVersion"}');
  assert.equal(answer, '{"Err":"The request is from 4, but the connection from 3."}');
});

void test("A command's error is the answer, with what to do; the client throws it.", async () => {
  const fail = async (): Promise<Payload> => {
    throw new IcosError("no-hsm", "There is no HSM.", { next: "Plug it in." });
  };
  await using channel = await ServedChannel.start({ handlers: { "attach-hsm": fail } });
  const transport = unixGuestTransport(channel.path, 3);
  await assert.rejects(askHost({ kind: "attach-hsm" }, { transport, clock: channel.clock }), {
    code: "host-refused",
    message: "The host refuses: There is no HSM. Plug it in.",
  });
});

void test("A guest that asks for nonsense without end, or fails without end, does not fill the log.", async () => {
  const lines: string[] = [];
  const logger: Logger = {
    log: (severity, message, fields) => void lines.push(JSON.stringify({ severity, message, ...fields })),
  };
  const fail = async (): Promise<Payload> => {
    throw new Error("x".repeat(5_000));
  };
  await using channel = await ServedChannel.start({ logger, handlers: { "detach-hsm": fail } });
  const nonsense = JSON.stringify({ sender_cid: 3, message: "x".repeat(60_000) });
  for (let at = 0; at < 25; at += 1) {
    await channel.ask(nonsense);
    await channel.ask(GOOD_REQUEST);
    assert.match(await channel.ask('{"sender_cid":3,"message":"detach-hsm"}'), /x{5000}/);
  }
  assert.equal(lines.length, 30);
  assert.equal(lines.filter((line) => line.includes("GetHostOSVersion was carried out")).length, 10);
  for (const line of lines) assert.ok(line.length < 500, line);
  channel.clock.advance(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  const left = lines.slice(30).map((line) => JSON.parse(line) as { kind: string; left: number });
  assert.deepEqual(
    left.map((each) => [each.kind, each.left]),
    [
      ["A request of the guest was not carried out.", 15],
      ["The guest's command GetHostOSVersion was carried out.", 15],
      ["The guest's command detach-hsm was not carried out.", 15],
    ],
  );
});

void test("Without a host the client says so.", async () => {
  await using channel = await ServedChannel.start();
  const transport = unixGuestTransport(`${channel.path}.not-there`, 3);
  await assert.rejects(askHost({ kind: "attach-hsm" }, { transport, clock: channel.clock }), { code: "no-host" });
});
