import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { IcosError } from "@icos/system";
import { serveControl, type ControlRequest } from "./control.ts";
import { requireSecurityModule } from "./security-module.ts";

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "ct-"));
  after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Until the connection is over, by its end or by an error: who writes to a connection that was cut off is told so. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.on("error", () => undefined).once("close", () => resolve()));
}

async function ask(path: string, text: string): Promise<string> {
  const socket = connect(path);
  await once(socket, "connect");
  socket.write(text);
  let answer = "";
  socket.on("data", (bytes: Buffer) => (answer += bytes.toString()));
  await closed(socket);
  return answer;
}

void test("a request is one line, its answer another", async () => {
  const path = join(makeDirectory(), "s");
  const handled: ControlRequest[] = [];
  const server = await serveControl(path, async (request) => {
    handled.push(request);
    if (request === "detach-hsm") throw new IcosError("x", "It is not there.", { next: "Look for it." });
  });
  try {
    assert.equal(statSync(path).mode & 0o777, 0o660);
    assert.equal(await ask(path, '"attach-hsm"\n'), '{"Ok":null}\n');
    assert.equal(await ask(path, '"detach-hsm"\n'), '{"Err":"It is not there. Look for it."}\n');
    assert.match(await ask(path, '"quit"\n'), /^\{"Err":"The request is not valid/);
    assert.match(await ask(path, "{\n"), /^\{"Err":"The request is not JSON/);
    assert.equal(await ask(path, "x".repeat(2_000)), "");
    assert.deepEqual(handled, ["attach-hsm", "detach-hsm"]);
  } finally {
    await server.close();
  }
});

const PROMPT = { timeout: 10_000 };

void test("whoever sends more than a line is cut off", PROMPT, async () => {
  const path = join(makeDirectory(), "s");
  const handled: ControlRequest[] = [];
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const server = await serveControl(path, async (request) => {
    handled.push(request);
    begun.resolve();
    await gate.promise;
  });
  try {
    assert.equal(await ask(path, '"attach-hsm"\n"detach-hsm"\n'), "");
    assert.deepEqual(handled, []);
    const more = connect(path);
    const over = closed(more.resume());
    more.write('"attach-hsm"\n');
    await begun.promise;
    more.write("x");
    await over;
  } finally {
    gate.resolve();
    await server.close();
  }
});

void test("something every now and then does not keep a connection", PROMPT, async () => {
  const path = join(makeDirectory(), "s");
  const server = await serveControl(path, async () => undefined, { timeoutMs: 200 });
  const slow = connect(path);
  const over = closed(slow.resume());
  const drip = setInterval(() => slow.write("x"), 20);
  try {
    await over;
  } finally {
    clearInterval(drip);
    slow.destroy();
    await server.close();
  }
});

void test("a security module is looked for on the machine's bus", async () => {
  const sys = makeDirectory();
  const plug = (name: string, vendor: string, product: string): void => {
    mkdirSync(join(sys, "bus/usb/devices", name), { recursive: true });
    writeFileSync(join(sys, "bus/usb/devices", name, "idVendor"), `${vendor}\n`);
    writeFileSync(join(sys, "bus/usb/devices", name, "idProduct"), `${product}\n`);
  };
  await assert.rejects(requireSecurityModule({ sys }), { code: "no-security-module" });
  plug("1-1", "1d6b", "0002");
  await assert.rejects(requireSecurityModule({ sys }), { code: "no-security-module" });
  plug("1-2", "20a0", "4230");
  await requireSecurityModule({ sys });
});
