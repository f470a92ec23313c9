import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import type { Command } from "./command.ts";
import { decodeRequest, encodeRequest } from "./request.ts";
import { decodeResponse, encodeResponse, PROTOCOL_VERSION, type Response } from "./response.ts";

const HASH = "0123456789abcdef".repeat(4);

/** Upstream's bytes of each command (facts on the protocol, section 10), and of the one that is ours. */
const COMMANDS: readonly (readonly [string, Command])[] = [
  ['"attach-hsm"', { kind: "attach-hsm" }],
  ['"detach-hsm"', { kind: "detach-hsm" }],
  [
    `{"upgrade":{"url":"https://download.example/update-img.tar.zst","target-hash":"${HASH}"}}`,
    { kind: "upgrade", arguments: { url: "https://download.example/update-img.tar.zst", "target-hash": HASH } },
  ],
  ['{"notify":{"count":2,"message":"Node ü\\n"}}', { kind: "notify", arguments: { count: 2, message: "Node ü\n" } }],
  ['"GetVsockProtocol"', { kind: "GetVsockProtocol" }],
  ['"GetHostOSVersion"', { kind: "GetHostOSVersion" }],
  ['"start-upgrade-guest-vm"', { kind: "start-upgrade-guest-vm" }],
  [
    '{"guest-health":{"state":"healthy","node-id":"aaaaa-aa","detail":null}}',
    { kind: "guest-health", arguments: { state: "healthy", "node-id": "aaaaa-aa", detail: null } },
  ],
];

const RESPONSES: readonly (readonly [string, Response])[] = [
  ['{"Ok":"NoPayload"}', { kind: "ok", payload: { kind: "NoPayload" } }],
  [
    '{"Ok":{"HostOSVsockVersion":{"major":1,"minor":0,"patch":0}}}',
    { kind: "ok", payload: { kind: "HostOSVsockVersion", version: PROTOCOL_VERSION } },
  ],
  ['{"Ok":{"HostOSVersion":"0.1.0"}}', { kind: "ok", payload: { kind: "HostOSVersion", version: "0.1.0" } }],
  ['{"Err":"the device is \\"gone\\""}', { kind: "error", message: 'the device is "gone"' }],
];

for (const [message, command] of COMMANDS) {
  void test(`The request ${command.kind} has upstream's bytes and is read back.`, () => {
    const bytes = Buffer.from(`{"sender_cid":3,"message":${message}}`);
    assert.deepEqual(encodeRequest({ senderCid: 3, command }).toString(), bytes.toString());
    assert.deepEqual(decodeRequest(bytes), { senderCid: 3, command });
  });
}

for (const [text, response] of RESPONSES) {
  void test(`The response ${text} has upstream's bytes and is read back.`, () => {
    assert.equal(encodeResponse(response).toString(), text);
    assert.deepEqual(decodeResponse(Buffer.from(text)), response);
  });
}

void test("Fields that are not known are passed over, in the request and in the arguments.", () => {
  const text = '{"later":1,"message":{"notify":{"message":"x","count":1,"later":[]}},"sender_cid":4294967295}';
  assert.deepEqual(decodeRequest(Buffer.from(text)), {
    senderCid: 4294967295,
    command: { kind: "notify", arguments: { count: 1, message: "x" } },
  });
});

void test("A zero with a sign is a zero.", () => {
  const { command } = decodeRequest(Buffer.from('{"sender_cid":-0,"message":{"notify":{"count":-0,"message":""}}}'));
  assert.deepEqual(command, { kind: "notify", arguments: { count: 0, message: "" } });
});

void test("A hash may be written in capital letters.", () => {
  const text = `{"sender_cid":3,"message":{"upgrade":{"url":"http://a/b","target-hash":"${HASH.toUpperCase()}"}}}`;
  const { command } = decodeRequest(Buffer.from(text));
  assert.deepEqual(command, { kind: "upgrade", arguments: { url: "http://a/b", "target-hash": HASH } });
});

function refusal(bytes: string | Uint8Array): IcosError {
  try {
    decodeRequest(Buffer.from(bytes));
  } catch (error) {
    if (error instanceof IcosError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

void test("What is no request is refused with a reason.", () => {
  const request = (message: string): string => `{"sender_cid":3,"message":${message}}`;
  assert.match(refusal("").message, /is not JSON/);
  assert.match(refusal('{"sender_cid":3').message, /is not JSON/);
  assert.match(refusal(Buffer.from([0x22, 0xff, 0x22])).message, /is not UTF-8/);
  assert.match(refusal("{}").message, /sender_cid.*message/);
  assert.match(refusal('{"sender_cid":4294967296,"message":"attach-hsm"}').message, /sender_cid/);
  assert.match(refusal(request("null")).message, /neither a command's name/);
  assert.match(refusal(request('["attach-hsm"]')).message, /neither a command's name/);
  assert.match(refusal(request('{"upgrade":{},"notify":{}}')).message, /neither a command's name/);
  assert.equal(refusal(request('"set-node-id"')).code, "vsock-command-unknown");
  assert.equal(refusal(request('"__proto__"')).code, "vsock-command-unknown");
  assert.equal(refusal(request('{"attach-hsm":{}}')).code, "vsock-command-unknown");
  assert.equal(refusal(request('"upgrade"')).code, "vsock-request-invalid");
  assert.match(refusal(request('{"upgrade":{"url":"file:///etc","target-hash":"00"}}')).message, /url.*target-hash/);
  assert.match(refusal(request('{"notify":{"count":-1,"message":7}}')).message, /count.*message/);
});

void test("A refusal repeats next to nothing of the request.", () => {
  const long = "x".repeat(60_000);
  const command = (value: unknown): string => JSON.stringify({ sender_cid: 3, message: value });
  const upgrade = { url: `http://${long}`, "target-hash": long };
  for (const request of [
    command(long),
    command({ [long]: 1 }),
    command({ notify: { count: long, message: "x" } }),
    command({ "guest-health": { state: long, "node-id": long, detail: long } }),
    command({ upgrade }),
    JSON.stringify({ sender_cid: long, message: "attach-hsm" }),
    long,
    `"${long}`,
  ]) {
    const { message, details } = refusal(request);
    assert.ok(message.length < 300, message);
    assert.ok(JSON.stringify(details).length < 500);
    assert.doesNotMatch(message, /x{65}/);
  }
  assert.match(refusal(command(long)).message, /^The command "x{63}…" is not known here/);
});

void test("Upstream's first protocol, in which everything is a string, is refused.", () => {
  assert.match(refusal('{"sender_cid":"3","message":"notify[2, text]"}').message, /sender_cid/);
});

void test("A health report whose text could steer a terminal is refused.", () => {
  const report = (detail: string): string =>
    JSON.stringify({ sender_cid: 3, message: { "guest-health": { state: "unhealthy", "node-id": null, detail } } });
  assert.match(refusal(report("\u001b[2J")).message, /control characters/);
  assert.match(refusal(report("a".repeat(1001))).message, /longer than 1000/);
});

void test("A response that is none is refused.", () => {
  for (const text of ["", "{}", '{"Ok":"NoPayload","Err":"x"}', '{"Ok":"Other"}', '{"Err":1}', '"NoPayload"']) {
    assert.throws(() => decodeResponse(Buffer.from(text)), { code: "vsock-response-invalid" }, text);
  }
});
