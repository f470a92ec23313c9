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
}

/** A socket as systemd would have it, with `work` behind each connection. */
async function serve(work: (work: RootWork<Request>) => Promise<unknown>): Promise<Service> {
  const directory = await mkdtempDisposable(join(tmpdir(), "root-"));
  const path = join(directory.path, "socket");
  const open = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    void answerOne({ input: socket, output: socket }, schema, work).then(() => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
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

void test("a socket that is not there is named", async () => {
  await assert.rejects(askRoot("/nonexistent/socket", {}), {
    code: "root-service-unavailable",
    message: "The socket /nonexistent/socket is not there.",
  });
});
