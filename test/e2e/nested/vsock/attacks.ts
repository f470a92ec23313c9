import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { answerOn, type GuestConnections } from "./guest-connections.ts";

/** What the guest does to the host's server, and what it got to hear; its connections may stay open. */
export type Attack = (connections: GuestConnections) => Promise<readonly string[]>;

const MANY = 200;
export const GOOD = '{"sender_cid":3,"message":"GetHostOSVersion"}';
const asking = (message: unknown, cid = 3): string => JSON.stringify({ sender_cid: cid, message });

/** Of a command: whose arguments are wrong, or missing, or too many, or not of this protocol. */
const WRONG_COMMANDS = [
  "set-node-id",
  "notify",
  { "attach-hsm": {} },
  { notify: { count: -1, message: "x" } },
  { notify: { count: 2 ** 32, message: "x" } },
  { notify: { count: 1 } },
  { upgrade: { url: "file:///etc/passwd", "target-hash": "ab".repeat(32) } },
  { upgrade: { url: "http://files/u", "target-hash": "ab" } },
  { "start-upgrade-guest-vm": { now: true } },
  { "guest-health": { state: "splendid", "node-id": null, detail: null } },
  { "guest-health": { state: "healthy", "node-id": null, detail: "\u001b[2J" } },
  { "attach-hsm": null, "detach-hsm": null },
  [],
  3,
  null,
];

const NOT_JSON = [
  "GET / HTTP/1.1\r\n\r\n",
  "}",
  '{"sender_cid":}',
  '{"sender_cid":3,"message":"GetHostOSVersion",}',
  `{"sender_cid":3,"message":"\u0000"}`,
  "\u0016\u0003\u0001\u0002",
  "]".repeat(1000),
];

const DEEP = "[".repeat(30_000) + "]".repeat(30_000);

/** Commands that change nothing for good; what the two long ones do is the business of other steps. */
const COMMANDS = [
  "GetVsockProtocol",
  "GetHostOSVersion",
  { notify: { count: 1, message: "\u001b[2J\u0007 a text that would clear the screen" } },
  { "guest-health": { state: "healthy", "node-id": null, detail: null } },
];

const silent = (text: string): Attack => {
  return async (connections) => {
    const sockets = await connections.connectMany(MANY);
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write(text, resolve))));
    return [];
  };
};

/** Each of the texts, one connection after the other. */
const each = (texts: readonly string[]): Attack => {
  return async (connections) => {
    const answers: string[] = [];
    for (const text of texts) answers.push(await connections.ask(text));
    return answers;
  };
};

async function trickle(socket: Socket): Promise<string> {
  const answered = answerOn(socket);
  let done = false;
  void answered.then(() => (done = true));
  for (const byte of GOOD.repeat(4)) {
    if (done) break;
    socket.write(byte === "}" ? " " : byte);
    await delay(300);
  }
  return answered;
}

export const ATTACKS: Readonly<Record<string, Attack>> = {
  commands: each(COMMANDS.map((command) => asking(command))),
  "no security module": each([asking("attach-hsm"), asking("detach-hsm")]),
  "no JSON": each(NOT_JSON),
  "no commands": each(WRONG_COMMANDS.map((command) => asking(command))),
  "no request": each([
    '{"message":"GetHostOSVersion"}',
    '{"sender_cid":"3","message":"GetHostOSVersion"}',
    "[]",
    '"x"',
  ]),
  "closed before its end": async (connections) => [
    await connections.askAndClose(GOOD.slice(0, -1)),
    await connections.askAndClose(""),
  ],
  "another guest's name": each([asking("GetHostOSVersion", 4), asking("GetHostOSVersion", 2)]),
  "closed after its end": async (connections) => [await connections.askAndClose(GOOD)],
  "never closed": each([GOOD]),
  oversized: each([asking("x".repeat(65_536)), asking("x".repeat(4_000_000)), `${" ".repeat(1_000_000)}${GOOD}`]),
  "deeply nested": each([DEEP, `{"sender_cid":3,"message":${DEEP}}`]),
  "a byte a while": async (connections) => {
    const sockets = await connections.connectMany(10);
    return Promise.all(sockets.map(trickle));
  },
  "200 that say nothing": silent(""),
  "200 with most of a large request": silent(`{"sender_cid":3,"message":"${"x".repeat(65_000)}`),
  "200 good ones at once": (connections) => connections.askMany(GOOD, MANY),
  "200 that are gone at once": async (connections) => {
    for (const socket of await connections.connectMany(MANY)) {
      socket.write(GOOD);
      socket.destroy();
    }
    return [];
  },
  "200 that never read": silent(GOOD),
  "200 texts for the screen": (connections) =>
    connections.askMany(asking({ notify: { count: 1, message: "flood" } }), MANY),
};
