import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import type { Hsm } from "../agent/hsm.ts";
import { serveControl } from "../guest-vm/control.ts";
import { runnerHsm } from "./runner-hsm.ts";

const patient = new AbortController().signal;

/** A runner's control socket that answers a request as it is told. */
async function withRunner(answer: (socket: Socket) => void, work: (hsm: Hsm) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-hsm-"));
  const path = join(directory, "guestos.sock");
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.once("data", () => answer(socket));
  });
  server.listen(path);
  await once(server, "listening");
  try {
    await work(runnerHsm(path));
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await rm(directory, { recursive: true, force: true });
  }
}

void test("the runner is asked to plug the module in and out, and what it refuses is said in its words", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-hsm-"));
  const path = join(directory, "guestos.sock");
  const handled: string[] = [];
  const control = await serveControl(path, async (request) => {
    handled.push(request);
    if (handled.length > 2) throw new IcosError("none", "No module is there.", { next: "Plug it in." });
  });
  try {
    const hsm = runnerHsm(path);
    await hsm.attach(patient);
    await hsm.detach(patient);
    assert.deepEqual(handled, ["attach-hsm", "detach-hsm"]);
    await assert.rejects(hsm.attach(patient), { code: "hsm-refused", message: "No module is there. Plug it in." });
  } finally {
    await control.close();
    await rm(directory, { recursive: true, force: true });
  }
});

void test("an answer that is none, and a connection that ends without one, are refused", async () => {
  for (const text of ["yes\n", '{"Ok":1}\n', '{"Ok":null', ""]) {
    await withRunner(
      (socket) => void socket.end(text),
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
