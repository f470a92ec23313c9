import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { testDirectory } from "../testing/directory.ts";
import { startFakeQmp } from "../testing/fake-qmp.ts";
import { connectQmp } from "./client.ts";
import { createLineReader } from "./line-reader.ts";
import type { QmpEvent } from "./messages.ts";

const directory = testDirectory();

void test("commands are answered with checked replies, errors and events", async () => {
  const path = join(directory, "a.sock");
  const server = await startFakeQmp(path, (command) => {
    if (command === "query-status") return { return: { running: false, status: "paused" } };
    if (command === "query-kvm") return { return: { enabled: "perhaps" } };
    return { error: { class: "GenericError", desc: "Device 'x' not found" } };
  });
  const events: QmpEvent[] = [];
  const qmp = await connectQmp(path, { onEvent: (event) => events.push(event) });
  assert.deepEqual(qmp.version, { major: 10, minor: 0, micro: 2 });
  server.event("STOP");
  assert.deepEqual(await qmp.execute("query-status"), { running: false, status: "paused" });
  assert.deepEqual(
    events.map(({ event }) => event),
    ["STOP"],
  );
  await assert.rejects(qmp.execute("set_link", { name: "x", up: true }), {
    code: "qmp-command-failed",
    message: "QEMU refused set_link: Device 'x' not found",
  });
  await assert.rejects(qmp.execute("query-kvm"), { code: "qmp-invalid" });
  await server.close();
  await qmp.closed;
  await assert.rejects(qmp.execute("query-status"), { code: "qmp-closed" });
});

void test("quit succeeds when QEMU ends the connection instead of answering", async () => {
  const path = join(directory, "b.sock");
  const server = await startFakeQmp(path, (command, _args, socket) => {
    if (command === "quit") socket.destroy();
    return undefined;
  });
  const qmp = await connectQmp(path);
  const waiting = qmp.execute("query-status");
  const rejected = assert.rejects(waiting, { code: "qmp-closed" });
  await qmp.execute("quit");
  await rejected;
  await qmp.closed;
  await server.close();
});

void test("a QEMU that does not answer in time is reported", async () => {
  const path = join(directory, "c.sock");
  await assert.rejects(connectQmp(path, { timeoutMs: 60 }), { code: "qmp-unreachable" });
  const server = await startFakeQmp(path, () => undefined);
  const qmp = await connectQmp(path, { timeoutMs: 60 });
  await assert.rejects(qmp.execute("query-status"), { code: "qmp-timeout" });
  qmp.close();
  await server.close();
});

void test("a socket that opens later is found, and waiting for it can be given up", async () => {
  const path = join(directory, "d.sock");
  const giveUp = new AbortController();
  const given = connectQmp(path, { signal: giveUp.signal });
  giveUp.abort(new Error("given up"));
  await assert.rejects(given, { message: "given up" });
  const connecting = connectQmp(path);
  const server = await startFakeQmp(path, () => ({ return: { running: true, status: "running" } }));
  const qmp = await connecting;
  assert.equal((await qmp.execute("query-status")).status, "running");
  qmp.close();
  await server.close();
});

void test("lines are put together from pieces, also inside a character", () => {
  const lines: string[] = [];
  const reader = createLineReader((line) => lines.push(line));
  for (const byte of Buffer.from("grüße\r\n\nzwei\ndr")) reader.push(Buffer.of(byte));
  reader.push(Buffer.from("ei\nvier\n"));
  assert.deepEqual(lines, ["grüße", "zwei", "drei", "vier"]);
});
