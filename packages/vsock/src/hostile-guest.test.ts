import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { GOOD_REQUEST, GOOD_RESPONSE, readAll, ServedChannel } from "../test/served-channel.ts";
import { FIRST_GUEST_CID } from "./address.ts";
import type { CommandHandlers } from "./handlers.ts";
import { SERVER_LIMITS } from "./limits.ts";
import { NO_PAYLOAD, type Payload } from "./response.ts";
import type { IncomingConnection } from "./transport.ts";

const LIMITS = { ...SERVER_LIMITS, connections: 4, waiting: 2, slow: 2, refused: 3 };
const START = '{"sender_cid":3,"message":"start-upgrade-guest-vm"}';
const ATTACH = '{"sender_cid":3,"message":"attach-hsm"}';
/** More than the kernel keeps of what a peer does not read. */
const MORE_THAN_FITS = 4 * 1024 * 1024;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A server, and how the next connections come to it. */
class Attacked implements AsyncDisposable {
  /** The guest that connects. */
  cid: number = FIRST_GUEST_CID;
  /** It takes nothing of what it is sent: to the server, its socket is full from the beginning. */
  full = false;
  readonly sockets: Socket[] = [];
  readonly #channel: Promise<ServedChannel>;
  readonly #clients: Socket[] = [];

  constructor(handlers: Partial<CommandHandlers> = {}) {
    this.#channel = ServedChannel.start({
      limits: LIMITS,
      handlers,
      incoming: (connection) => this.#incoming(connection),
    });
  }

  /** Of the server, how many there are now. */
  get open(): number {
    return this.sockets.filter((socket) => !socket.destroyed).length;
  }

  /** One connection after the other, each taken before the next. */
  async connect(count: number, text: string): Promise<readonly Socket[]> {
    const channel = await this.#channel;
    const clients: Socket[] = [];
    for (let at = 0; at < count; at += 1) {
      const taken = this.sockets.length + 1;
      const client = await channel.connect();
      client.on("error", () => undefined).write(text);
      while (this.sockets.length < taken) await turn();
      for (let turns = 0; turns < 5; turns += 1) await turn();
      clients.push(client);
    }
    this.#clients.push(...clients);
    return clients;
  }

  async ask(text: string): Promise<string> {
    return (await this.#channel).ask(text);
  }

  async stop(): Promise<void> {
    await (await this.#channel).stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await (await this.#channel)[Symbol.asyncDispose]();
  }

  #incoming({ open }: IncomingConnection): IncomingConnection {
    return {
      peerCid: this.cid,
      open: (reading) => {
        const socket = open(reading);
        if (this.full) socket.write(Buffer.alloc(MORE_THAN_FITS));
        this.sockets.push(socket);
        return socket;
      },
    };
  }
}

void test("Connections of another guest take no place of the first guest's, and do not add up.", async () => {
  await using server = new Attacked();
  server.cid = 4;
  await server.connect(20, GOOD_REQUEST);
  assert.equal(server.open, LIMITS.refused);
  server.full = true;
  await server.connect(20, GOOD_REQUEST);
  assert.equal(server.open, LIMITS.refused);
  server.full = false;
  assert.equal(await server.ask(GOOD_REQUEST), '{"Err":"Only the guest 3 has commands; this is 4."}');
  server.cid = FIRST_GUEST_CID;
  assert.equal(await server.ask(GOOD_REQUEST), GOOD_RESPONSE);
});

void test("A connection of another guest that goes on sending is cut off.", async () => {
  await using server = new Attacked();
  server.cid = 4;
  const [client] = await server.connect(1, "x".repeat(200_000));
  assert.ok(client);
  assert.match(await readAll(client), /^(\{"Err":"Only the guest 3 .*)?$/);
  assert.equal(server.open, 0);
});

void test("A guest that takes no answer does not keep its own good request out.", async () => {
  await using server = new Attacked();
  server.full = true;
  await server.connect(20, "no request");
  assert.equal(server.open, LIMITS.connections);
  server.full = false;
  assert.equal(await server.ask(GOOD_REQUEST), GOOD_RESPONSE);
});

void test("Requests that had to make room are gone at once when their guest takes no answer.", async () => {
  await using server = new Attacked();
  server.full = true;
  await server.connect(20, "[");
  assert.equal(server.open, LIMITS.connections);
  server.full = false;
  assert.equal(await server.ask(GOOD_REQUEST), GOOD_RESPONSE);
});

void test("However many wait for a long command, a good request is answered; the one that waits longest is told to ask again.", async () => {
  const { promise, resolve } = Promise.withResolvers<Payload>();
  let started = 0;
  const start = async (): Promise<Payload> => {
    started += 1;
    return promise;
  };
  await using server = new Attacked({ "start-upgrade-guest-vm": start });
  const [first, ...others] = await server.connect(5, START);
  assert.ok(first);
  assert.match(await readAll(first), /still under way/);
  assert.equal(await server.ask(GOOD_REQUEST), GOOD_RESPONSE);
  resolve(NO_PAYLOAD);
  const answers = await Promise.all(others.map(readAll));
  assert.deepEqual(answers.slice(-2), ['{"Ok":"NoPayload"}', '{"Ok":"NoPayload"}']);
  assert.equal(started, 1);
});

void test("Commands that take their time are refused when there are enough, and a good request is answered.", async () => {
  const { promise, resolve } = Promise.withResolvers<Payload>();
  await using server = new Attacked({ "attach-hsm": () => promise });
  await server.connect(2, ATTACH);
  assert.equal(await server.ask(ATTACH), '{"Err":"2 such commands are under way. Try again in a moment."}');
  assert.equal(await server.ask(GOOD_REQUEST), GOOD_RESPONSE);
  resolve(NO_PAYLOAD);
});

void test("Over the limit, a connection that takes no answer is cut off; one that does gets to read it.", async () => {
  const { promise, resolve } = Promise.withResolvers<Payload>();
  await using server = new Attacked({ GetHostOSVersion: () => promise });
  await server.connect(LIMITS.connections, GOOD_REQUEST);
  server.full = true;
  await server.connect(20, GOOD_REQUEST);
  assert.equal(server.open, LIMITS.connections);
  server.full = false;
  assert.match(await server.ask(GOOD_REQUEST), /too many open connections/);
  resolve({ kind: "HostOSVersion", version: "0.1.0" });
});

void test("A server that stops leaves no refused connection behind.", async () => {
  await using server = new Attacked();
  server.cid = 4;
  await server.connect(2, GOOD_REQUEST);
  assert.equal(server.open, 2);
  await server.stop();
  assert.equal(server.open, 0);
});
