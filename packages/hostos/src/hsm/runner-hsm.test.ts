import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type LentHsm, runnerHsm } from "./runner-hsm.ts";

const patient = new AbortController().signal;

/** A runner's control socket that answers each request as it is told. */
async function withRunner(
  answer: (line: string, socket: Socket) => void,
  work: (hsm: LentHsm, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-hsm-"));
  const path = join(directory, "guestos.sock");
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.once("data", (chunk: Buffer) => {
      asked.push(chunk.toString());
      answer(chunk.toString(), socket);
    });
  });
  server.listen(path);
  await once(server, "listening");
  try {
    await work(runnerHsm(path), asked);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await rm(directory, { recursive: true, force: true });
  }
}

void test("the runner is asked to plug the module in and out", async () => {
  await withRunner(
    (_, socket) => void socket.end('{"Ok":null}\n'),
    async (hsm, asked) => {
      await hsm.attach(patient);
      await hsm.detach(patient);
      assert.deepEqual(asked, ['"attach-hsm"\n', '"detach-hsm"\n']);
    },
  );
});

void test("what the runner refuses is said in its words", async () => {
  const words =
    "No security module (Nitrokey HSM) is plugged into the machine. Plug it into a USB port of the machine.";
  await withRunner(
    (_, socket) => void socket.end(`${JSON.stringify({ Err: words })}\n`),
    (hsm) => assert.rejects(hsm.attach(patient), { code: "hsm-refused", message: words }),
  );
});

void test("an answer that is none, and a connection that ends without one, are refused", async () => {
  for (const text of ["yes\n", '{"Ok":1}\n', '{"Ok":null', ""]) {
    await withRunner(
      (_, socket) => void socket.end(text),
      (hsm) => assert.rejects(hsm.detach(patient), { code: "hsm-refused" }),
    );
  }
});

void test("without a running guest that is what is said", async () => {
  await assert.rejects(runnerHsm("/nonexistent/guestos.sock").attach(patient), {
    code: "hsm-no-guest",
    next: /guestos\.service/,
  });
});

void test("whoever gives up does not wait for a runner that says nothing", async () => {
  const giveUp = new AbortController();
  await withRunner(
    () => giveUp.abort(new Error("too late")),
    (hsm) => assert.rejects(hsm.attach(giveUp.signal), { message: "too late" }),
  );
  await assert.rejects(runnerHsm("/nonexistent").attach(giveUp.signal), { message: "too late" });
});
