import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import { socks5Connect } from "./socks5.ts";

/** A proxy that answers with these bytes, one array for each thing it is sent. */
async function withProxy(answers: readonly Buffer[], use: (socket: Socket, heard: Buffer[]) => Promise<void>) {
  const heard: Buffer[] = [];
  const server = createServer((peer) => {
    peer.on("error", () => undefined);
    peer.on("data", (bytes: Buffer) => {
      heard.push(bytes);
      const answer = answers[heard.length - 1];
      if (answer === undefined) peer.destroy();
      else peer.write(answer);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  try {
    await once(socket, "connect");
    await use(socket, heard);
  } finally {
    socket.destroy();
    server.close();
    await once(server, "close");
  }
}

void test("the proxy is asked by name, and what the server sends behind its answer is not lost", async () => {
  const bound = Buffer.from([5, 0, 0, 1, 10, 0, 0, 1, 1, 187]);
  await withProxy([Buffer.of(5, 0), Buffer.concat([bound, Buffer.from("server")])], async (socket, heard) => {
    await socks5Connect(socket, "kds.example", 443);
    assert.deepEqual(heard, [Buffer.of(5, 1, 0), Buffer.from("\x05\x01\x00\x03\x0bkds.example\x01\xbb", "latin1")]);
    assert.equal(String(socket.read()), "server");
  });
});

void test("a refusal is said in words", async () => {
  await withProxy([Buffer.of(5, 0xff)], async (socket) => {
    await assert.rejects(socks5Connect(socket, "a", 1), { code: "proxy-refused" });
  });
  await withProxy([Buffer.of(5, 0), Buffer.from([5, 4, 0, 1, 0, 0, 0, 0, 0, 0])], async (socket) => {
    await assert.rejects(socks5Connect(socket, "a", 1), { message: /status 4/ });
  });
  await withProxy([Buffer.of(5, 0)], async (socket) => {
    await assert.rejects(socks5Connect(socket, "a", 1), { message: /ended the connection/ });
  });
});
