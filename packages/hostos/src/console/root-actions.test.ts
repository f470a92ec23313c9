import assert from "node:assert/strict";
import { mkdtempDisposable } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT_SOCKETS } from "../root-service/messages.ts";
import { rootActions } from "./root-actions.ts";

/** Sockets of which each answers with fixed lines and keeps what it was asked. */
async function serve(answers: Partial<Record<keyof typeof ROOT_SOCKETS, string>>) {
  const directory = await mkdtempDisposable(join(tmpdir(), "actions-"));
  const asked: string[] = [];
  const open = new Set<Socket>();
  const sockets = { ...ROOT_SOCKETS };
  const servers = await Promise.all(
    Object.entries(answers).map(async ([name, answer]) => {
      const path = join(directory.path, name);
      Object.assign(sockets, { [name]: path });
      const server = createServer((socket) => {
        open.add(socket);
        socket.on("error", () => undefined);
        if (name === "unitStates") socket.end(answer);
        socket.on("data", (bytes: Buffer) => {
          asked.push(bytes.toString().trim());
          socket.end(answer);
        });
      });
      await new Promise<void>((resolve) => server.listen(path, resolve));
      return server;
    }),
  );
  return {
    actions: rootActions({ sockets }),
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      await directory[Symbol.asyncDispose]();
    },
  };
}

const options = { onProgress: () => undefined, signal: new AbortController().signal };

void test("each action is asked of its socket, and its answer is checked", async () => {
  await using service = await serve({
    alternative: '{"ok":{"slot":"B"}}\n',
    diagnostics: '{"progress":{"phase":"a","text":"b"}}\n{"ok":"there"}\n',
    unitStates: "Id=a.service\nActiveState=active\n",
    hostAction: '{"ok":null}\n',
    recovery: `{"ok":{"version":"${"a".repeat(40)}","version-hash":"${"b".repeat(64)}"}}\n`,
  });
  const { actions, asked } = service;
  assert.equal(await actions.swapAlternative("B", options), "B");
  assert.equal(await actions.diagnostics(options), "there");
  assert.deepEqual(
    (await actions.unitStates()).map(({ name, active }) => [name, active]),
    [["a.service", "active"]],
  );
  await actions.reboot();
  await actions.restartGuestos();
  const request = await actions.readRecoveryRequest();
  await actions.recover(request, options);
  assert.deepEqual(asked, [
    '{"action":"swap","target":"B"}',
    '{"action":"collect"}',
    '{"action":"reboot"}',
    '{"action":"restart-guestos"}',
    '{"action":"read-medium"}',
    JSON.stringify({ action: "recover", request }),
  ]);
});

void test("an answer of another form is not shown as one", async () => {
  await using service = await serve({
    alternative: '{"ok":{"slot":"C"}}\n',
    diagnostics: "hello\n",
    recovery: '{"ok":{}}\n',
  });
  const { actions } = service;
  await assert.rejects(actions.swapAlternative(undefined, options), { code: "bad-answer" });
  await assert.rejects(actions.diagnostics(options), { code: "bad-answer" });
  await assert.rejects(actions.readRecoveryRequest(), { code: "bad-answer" });
  await assert.rejects(rootActions({ sockets: { ...ROOT_SOCKETS, unitStates: "/nonexistent" } }).unitStates(), {
    code: "root-service-unavailable",
  });
});
