import assert from "node:assert/strict";
import { appendFile, readFile, rename, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { testDirectory } from "../testing/directory.ts";
import { followLog, type FollowLogOptions } from "./follow-log.ts";
import { limitLog } from "./limit-log.ts";

const directory = testDirectory();

async function readAll(path: string, options: FollowLogOptions): Promise<string> {
  const chunks = await Array.fromAsync(followLog(path, options));
  return Buffer.concat(chunks).toString();
}

/** Follows a log in the background and can be asked to wait for text. */
function follow(path: string, options: FollowLogOptions = {}) {
  const end = new AbortController();
  let text = "";
  let wake: () => void = () => undefined;
  const done = (async () => {
    for await (const chunk of followLog(path, { follow: true, signal: end.signal, pollMs: 20, ...options })) {
      text += chunk.toString();
      wake();
    }
  })();
  return {
    until(expected: string): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      wake = () => {
        if (text === expected) resolve();
        else if (!expected.startsWith(text)) reject(new Error(`${JSON.stringify(text)} is no start of it`));
      };
      wake();
      return promise;
    },
    async end(): Promise<void> {
      end.abort();
      await done;
    },
  };
}

void test("the last lines, all or nothing of a log are given", async () => {
  const path = join(directory, "a.log");
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`);
  await writeFile(path, lines.join(""));
  assert.equal(await readAll(path, { from: { lines: 2 } }), "line 19998\nline 19999\n");
  assert.equal(await readAll(path, { from: { lines: 15_000 } }), lines.slice(5_000).join(""));
  assert.equal(await readAll(path, { from: { lines: 30_000 } }), lines.join(""));
  assert.equal(await readAll(path, { from: "start" }), lines.join(""));
  assert.equal(await readAll(path, { from: "end" }), "");
  await appendFile(path, "login: ");
  assert.equal(await readAll(path, { from: { lines: 2 } }), "line 19999\nlogin: ");
  assert.equal(await readAll(join(directory, "none.log"), {}), "");
});

void test("a log is followed over its beginning, its emptying and its replacement", async () => {
  const path = join(directory, "b.log");
  const log = follow(path);
  await appendFile(path, "one\n");
  await log.until("one\n");
  await appendFile(path, "two\n");
  await log.until("one\ntwo\n");
  await truncate(path, 0);
  await appendFile(path, "3\n");
  await log.until("one\ntwo\n3\n");
  await writeFile(join(directory, "b.new"), "four\nfive\n");
  await rename(join(directory, "b.new"), path);
  await log.until("one\ntwo\n3\nfour\nfive\n");
  await log.end();
});

void test("a log that has grown too long is cut and its end kept", async () => {
  const path = join(directory, "c.log");
  await limitLog(path, 100);
  await writeFile(path, "x".repeat(100));
  await limitLog(path, 100);
  assert.equal((await stat(path)).size, 100);
  await appendFile(path, "the end");
  await limitLog(path, 100);
  assert.equal((await stat(path)).size, 0);
  assert.match(await readFile(`${path}.1`, "utf8"), /^x{100}the end$/);
});
