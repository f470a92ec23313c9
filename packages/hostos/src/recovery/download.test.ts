import assert from "node:assert/strict";
import { access, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { httpServer } from "../../test/http-fixtures.ts";
import { download } from "./download.ts";
import { fakeClock, fakeHttp, serves, sha256 } from "./fake-recovery.ts";
import { nodeHttp, type HttpAnswer } from "./http.ts";

const CONTENT = Buffer.alloc(300_000, "an update image ");
const ONE = "https://one.example/file";
const TWO = "https://two.example/file";

type Answers = Parameters<typeof fakeHttp>[0];

async function run(answers: Answers, prepare?: (file: string) => Promise<void>) {
  await using directory = await mkdtempDisposable(join(tmpdir(), "download-"));
  const file = join(directory.path, "image");
  await prepare?.(file);
  const { http, asked } = fakeHttp(answers);
  const clock = fakeClock();
  const reports: string[] = [];
  const { signal } = new AbortController();
  const options = {
    urls: [ONE, TWO],
    sha256: sha256(CONTENT),
    file,
    signal,
    report: (text: string) => reports.push(text),
  };
  const outcome = await download(options, { http, clock }).then(
    () => ({ ok: true as const }),
    (error: unknown) => ({ ok: false as const, error }),
  );
  const content = outcome.ok ? await readFile(file) : undefined;
  return { outcome, content, asked, clock, reports };
}

const refused = (status: number) => (): HttpAnswer => ({ kind: "refused", status });

void test("a file is downloaded from the first server that has it", async () => {
  const { content, asked } = await run({ [ONE]: [refused(503)], [TWO]: [serves(CONTENT)] });
  assert.deepEqual(content, CONTENT);
  assert.deepEqual(asked, [
    { url: ONE, from: 0 },
    { url: TWO, from: 0 },
  ]);
});

void test("a file behind redirects is downloaded and verified; where a redirect failed is told", async () => {
  await using elsewhere = await httpServer((request, response) => {
    if (request.url === "/right") response.end(CONTENT);
    else if (request.url === "/wrong") response.end("something else");
    else response.writeHead(request.url === "/missing" ? 404 : 500).end();
  });
  await using server = await httpServer((request, response) =>
    response.writeHead(302, { location: `${elsewhere.url}${request.url}` }).end(),
  );
  await using directory = await mkdtempDisposable(join(tmpdir(), "download-"));
  const file = join(directory.path, "image");
  const { signal } = new AbortController();
  const modules = { http: nodeHttp, clock: fakeClock() };
  const from = (...paths: readonly string[]): Promise<void> => {
    const urls = paths.map((path) => `${server.url}${path}`);
    return download({ urls, sha256: sha256(CONTENT), file, signal, report: () => undefined }, modules);
  };
  const redirect = `redirect 1, to ${elsewhere.url}`;
  await assert.rejects(from("/wrong", "/missing", "/broken"), {
    code: "download-failed",
    details: {
      problems: [
        `${server.url}/wrong: its SHA-256 is not ${sha256(CONTENT)}`,
        `${server.url}/missing: ${redirect}/missing: there is no such file`,
        `${server.url}/broken: ${redirect}/broken: the server answers with status 500`,
      ],
    },
  });
  await from("/right");
  assert.deepEqual(await readFile(file), CONTENT);
});

void test("a broken connection is continued where it broke, by whichever server answers", async () => {
  const { content, asked } = await run({
    [ONE]: [serves(CONTENT, { end: 120_000 })],
    [TWO]: [serves(CONTENT, { end: 200_000 }), serves(CONTENT)],
  });
  assert.deepEqual(content, CONTENT);
  assert.deepEqual(
    asked.map(({ from }) => from),
    [0, 120_000, 200_000, 200_000].slice(0, asked.length),
  );
});

void test("an earlier call's part is continued, and a server without ranges starts anew", async () => {
  const halfThere = (file: string): Promise<void> => writeFile(`${file}.part`, CONTENT.subarray(0, 150_000));
  const ranged = await run({ [ONE]: [serves(CONTENT)] }, halfThere);
  assert.deepEqual(ranged.asked, [{ url: ONE, from: 150_000 }]);
  assert.deepEqual(ranged.content, CONTENT);
  const plain = await run({ [ONE]: [serves(CONTENT, { ranges: false })] }, halfThere);
  assert.deepEqual(plain.content, CONTENT);
});

void test("a file that is there and right is not downloaded; one that is wrong is", async () => {
  const there = await run({}, (file) => writeFile(file, CONTENT));
  assert.deepEqual(there.asked, []);
  assert.equal(there.outcome.ok, true);
  const wrong = await run({ [ONE]: [serves(CONTENT)] }, (file) => writeFile(file, "something else"));
  assert.deepEqual(wrong.content, CONTENT);
});

void test("a part that is complete is only checked", async () => {
  const { asked, content } = await run({ [ONE]: [serves(CONTENT)] }, (file) => writeFile(`${file}.part`, CONTENT));
  assert.equal(asked.length, 1);
  assert.deepEqual(content, CONTENT);
});

void test("wrong bytes are thrown away and never given out", async () => {
  const wrong = Buffer.from(CONTENT).fill("x", 1000, 1001);
  const { content } = await run({ [ONE]: [serves(wrong)], [TWO]: [serves(CONTENT)] });
  assert.deepEqual(content, CONTENT);
  const never = await run({ [ONE]: [serves(wrong)], [TWO]: [serves(wrong)] });
  assert.ok(!never.outcome.ok);
  assert.match(String(never.outcome.error), /its SHA-256 is not/);
});

void test("ten rounds, five seconds apart, and then the reasons", async () => {
  const { outcome, clock, asked } = await run({ [ONE]: [refused(500)] });
  assert.ok(!outcome.ok);
  assert.match(String(outcome.error), /one\.example\/file: the server answers with status 500; .*ECONNREFUSED/);
  assert.deepEqual(clock.slept, Array<number>(9).fill(5_000));
  assert.equal(asked.length, 20);
});

void test("a version that no server has is not asked for again and again", async () => {
  const { outcome, asked } = await run({ [ONE]: [refused(404)], [TWO]: [refused(410)] });
  assert.ok(!outcome.ok);
  assert.equal(asked.length, 2);
});

void test("a download that is stopped leaves its part", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "download-"));
  const file = join(directory.path, "image");
  const controller = new AbortController();
  const { http } = fakeHttp({ [ONE]: [serves(CONTENT, { end: 100_000 })] });
  const clock = { ...fakeClock(), sleep: async () => controller.abort() };
  const stopped = download(
    { urls: [ONE], sha256: sha256(CONTENT), file, signal: controller.signal, report: () => undefined },
    { http, clock },
  );
  await assert.rejects(stopped, { name: "AbortError" });
  assert.equal((await readFile(`${file}.part`)).length, 100_000);
  await assert.rejects(access(file));
});
