import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { listenOnDescriptor, listenOnPath, socketFromDescriptor } from "./pipe-handle.ts";

const AF_UNIX = 1;
const SOCK_STREAM_NONBLOCK = 0x801;

/** A bound unix socket that Node knows nothing of, and the name that it has. */
async function boundSocket(path: string) {
  const { dlopen } = await import("node:ffi");
  const { functions } = dlopen("libc.so.6", {
    socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
    bind: { arguments: ["i32", "pointer", "u32"], return: "i32" },
    getpeername: { arguments: ["i32", "pointer", "pointer"], return: "i32" },
  });
  const fd = functions.socket(AF_UNIX, SOCK_STREAM_NONBLOCK, 0);
  const address = Buffer.alloc(110);
  address.writeUInt16LE(AF_UNIX);
  address.write(path, 2);
  assert.equal(functions.bind(fd, address, address.length), 0);
  const familyOfPeer = (connection: number): number => {
    const peer = Buffer.alloc(110);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(peer.length);
    assert.equal(functions.getpeername(connection, peer, size), 0);
    return peer.readUInt16LE();
  };
  return { fd, familyOfPeer };
}

void test("A socket that Node did not make takes connections, each half-closable and with its descriptor.", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pipe-handle-"));
  const path = join(directory, "s");
  const { fd, familyOfPeer } = await boundSocket(path);
  const families: number[] = [];
  const listener = listenOnDescriptor(
    fd,
    (taken) => {
      families.push(familyOfPeer(taken.fd));
      const socket = taken.stream({ writable: true, allowHalfOpen: true });
      socket.on("end", () => socket.end("bye")).resume();
    },
    (error) => assert.fail(error),
  );
  try {
    for (const count of [1, 2]) {
      const client = connect({ path, allowHalfOpen: true });
      client.end("hello");
      const pieces: Buffer[] = [];
      for await (const piece of client) pieces.push(piece as Buffer);
      assert.equal(Buffer.concat(pieces).toString(), "bye");
      assert.deepEqual(
        families,
        Array.from({ length: count }, () => AF_UNIX),
      );
    }
  } finally {
    listener.close();
    await rm(directory, { recursive: true, force: true });
  }
  const client = connect(path);
  await assert.rejects(once(client, "connect"));
});

void test("What arrives comes in pieces that fit the buffer, and no more of it until the stream is resumed.", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pipe-handle-"));
  const path = join(directory, "s");
  const buffer = Buffer.alloc(4);
  const pieces: string[] = [];
  const taken = Promise.withResolvers<Socket>();
  const listener = listenOnPath(
    path,
    (connection) => {
      const callback = (length: number): boolean => pieces.push(buffer.toString("utf8", 0, length)) < 2;
      taken.resolve(connection.stream({ writable: true, allowHalfOpen: true, onread: { buffer, callback } }));
    },
    (error) => assert.fail(error),
  );
  try {
    const client = connect(path);
    client.end("one two three");
    const socket = await taken.promise;
    while (pieces.length < 2) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(pieces, ["one ", "two "]);
    const ended = once(socket, "end");
    while (!socket.readableEnded) {
      socket.resume();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    assert.deepEqual(pieces.slice(2), ["thre", "e"]);
    socket.destroy();
    client.destroy();
  } finally {
    listener.close();
    await rm(directory, { recursive: true, force: true });
  }
});

void test("A path at which there is something already is refused.", () => {
  const listen = (): unknown => listenOnPath(import.meta.filename, () => undefined, assert.fail);
  assert.throws(listen, { code: "listen-failed", message: /EADDRINUSE/ });
});

void test("A descriptor that is no socket is refused.", () => {
  assert.throws(() => socketFromDescriptor(-1, { writable: true }), { code: "node-unsupported" });
});
