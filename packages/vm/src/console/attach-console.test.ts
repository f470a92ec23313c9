import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { testDirectory } from "../testing/directory.ts";
import { attachConsole } from "./attach-console.ts";

const directory = testDirectory();

/** A terminal: what is typed into it, what it shows, whether it is raw. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  isRaw = false;
  readonly modes: boolean[] = [];
  setRawMode(raw: boolean): void {
    this.isRaw = raw;
    this.modes.push(raw);
  }
}

async function serialPort(path: string) {
  const server = createServer().listen(path);
  await once(server, "listening");
  const client = once(server, "connection").then(([socket]) => socket as Socket);
  return { client, close: () => server.close() };
}

void test("a terminal is joined to the serial port until Ctrl-] is pressed", async () => {
  const socketPath = join(directory, "a.sock");
  const port = await serialPort(socketPath);
  const input = new Terminal();
  const output = new PassThrough();
  const attached = attachConsole({ socketPath, input, output });
  const machine = await port.client;
  machine.write("login: ");
  const [shown] = (await once(output, "data")) as [Buffer];
  assert.equal(shown.toString(), "login: ");
  const typed = machine.setEncoding("utf8").toArray();
  input.write("root\x03");
  input.write("\r\x1dnot sent");
  assert.equal(await attached, "left");
  assert.deepEqual(input.modes, [true, false]);
  assert.equal((await typed).join(""), "root\x03\r");
  assert.equal(input.listenerCount("data"), 0);
  port.close();
});

void test("the end of the machine ends the attachment, and without a machine there is none", async () => {
  const socketPath = join(directory, "b.sock");
  const port = await serialPort(socketPath);
  const input = new Terminal();
  const attached = attachConsole({ socketPath, input, output: new PassThrough() });
  (await port.client).destroy();
  assert.equal(await attached, "machine-stopped");
  assert.equal(input.isRaw, false);
  port.close();
  await assert.rejects(attachConsole({ socketPath: join(directory, "c.sock"), input, output: new PassThrough() }), {
    code: "console-unreachable",
  });
});
