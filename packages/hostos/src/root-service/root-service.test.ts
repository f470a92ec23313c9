import assert from "node:assert/strict";
import { mkdtempDisposable } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import * as v from "valibot";
import { answerOne, type RootWork } from "./answer.ts";
import { askRoot } from "./ask.ts";
import { LONGEST_LINE, type Progress } from "./messages.ts";

const schema = v.strictObject({ count: v.number() });
type Request = v.InferOutput<typeof schema>;

interface Service extends AsyncDisposable {
  readonly path: string;
  /** Connections that were made. */
  readonly count: () => number;
}

/** A socket as systemd would have it, with `work` behind each connection; for the first ones there is no room. */
async function serve(work: (work: RootWork<Request>) => Promise<unknown>, dropped = 0): Promise<Service> {
  const directory = await mkdtempDisposable(join(tmpdir(), "root-"));
  const path = join(directory.path, "socket");
  const open = new Set<Socket>();
  let count = 0;
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    count += 1;
    if (count <= dropped) socket.destroy();
    else void answerOne({ input: socket, output: socket }, schema, work).then(() => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    count: () => count,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await directory[Symbol.asyncDispose]();
    },
  };
}

void test("progress arrives in order and then the result", async () => {
  await using service = await serve(async ({ request, report }) => {
    for (let index = 0; index < request.count; index++) report({ phase: "work", text: `${index}` });
    return { done: request.count };
  });
  const seen: Progress[] = [];
  const result = await askRoot(service.path, { count: 3 }, { onProgress: (progress) => void seen.push(progress) });
  assert.deepEqual(result, { done: 3 });
  assert.deepEqual(
    seen.map(({ text }) => text),
    ["0", "1", "2"],
  );
});

void test("an error keeps its code, its sentence and what to do", async () => {
  await using service = await serve(async () => {
    throw new IcosError("disk-missing", "There is no disk.", { next: "Fit one." });
  });
  await assert.rejects(askRoot(service.path, { count: 1 }), {
    code: "disk-missing",
    message: "There is no disk.",
    next: "Fit one.",
  });
});

void test("a request of the wrong form never reaches the work", async () => {
  let reached = false;
  await using service = await serve(async () => void (reached = true));
  for (const request of [{}, { count: "1" }, { count: 1, more: true }, null, "x".repeat(LONGEST_LINE)])
    await assert.rejects(askRoot(service.path, request), (error) => error instanceof IcosError);
  assert.equal(reached, false);
});

void test("whoever asked can have it stopped and still hears how it ended", async () => {
  await using service = await serve(async ({ signal, report }) => {
    report({ phase: "work", text: "started" });
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    signal.throwIfAborted();
  });
  const controller = new AbortController();
  const asked = askRoot(
    service.path,
    { count: 1 },
    { onProgress: () => controller.abort(), signal: controller.signal },
  );
  await assert.rejects(asked, { code: "cancelled", message: "Cancelled; nothing was changed." });
});

void test("a connection that systemd drops is made again, a few times", async () => {
  let worked = 0;
  const work = async (): Promise<unknown> => (worked += 1);
  const waits = [1, 1, 1];
  await using busy = await serve(work, 3);
  assert.equal(await askRoot(busy.path, { count: 1 }, { waits }), 1);
  assert.deepEqual([busy.count(), worked], [4, 1]);
  await using full = await serve(work, 4);
  await assert.rejects(askRoot(full.path, { count: 1 }, { waits }), {
    code: "root-service-ended",
    message: "The program that was asked is busy, or ended without an answer.",
  });
  assert.deepEqual([full.count(), worked], [4, 1]);
});

void test("a program that ends in the middle of its work is not asked again", async () => {
  const sockets: Socket[] = [];
  await using directory = await mkdtempDisposable(join(tmpdir(), "root-"));
  const path = join(directory.path, "socket");
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.end('{"progress":{"phase":"work","text":"started"}}\n');
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    await assert.rejects(askRoot(path, { count: 1 }, { waits: [1] }), {
      message: "The program that was asked ended before it was done.",
    });
    assert.equal(sockets.length, 1);
  } finally {
    server.close();
  }
});

void test("a socket that is not there is named", async () => {
  await assert.rejects(askRoot("/nonexistent/socket", {}), {
    code: "root-service-unavailable",
    message: "The socket /nonexistent/socket is not there.",
  });
});
