import assert from "node:assert/strict";
import { access, mkdtempDisposable, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import { httpServer } from "../../test/http-fixtures.ts";
import { download, type DownloadOptions } from "./download.ts";
import { fakeClock, fakeHttp, serves, sha256 } from "./fake-recovery.ts";
import { nodeHttp, type HttpAnswer } from "./http.ts";

const CONTENT = Buffer.alloc(300_000, "an update image ");
const ONE = "https://one.example/file";
const TWO = "https://two.example/file";

const KEPT = { limit: 1_000_000, whenFull: "keep" } as const;

type Answers = Parameters<typeof fakeHttp>[0];

async function run(
  answers: Answers,
  prepare?: (file: string) => Promise<void>,
  kept: Pick<DownloadOptions, "limit" | "whenFull"> = KEPT,
) {
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
    ...kept,
    signal,
    report: (text: string) => reports.push(text),
  };
  const outcome = await download(options, { http, clock }).then(
    () => ({ ok: true as const }),
    (error: unknown) => ({ ok: false as const, error }),
  );
  const content = outcome.ok ? await readFile(file) : undefined;
  const left = await stat(`${file}.part`).then(
    ({ size }) => size,
    () => undefined,
  );
  return { outcome, content, asked, clock, reports, left };
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
    return download({ urls, sha256: sha256(CONTENT), file, ...KEPT, signal, report: () => undefined }, modules);
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
    { urls: [ONE], sha256: sha256(CONTENT), file, ...KEPT, signal: controller.signal, report: () => undefined },
    { http, clock },
  );
  await assert.rejects(stopped, { name: "AbortError" });
  assert.equal((await readFile(`${file}.part`)).length, 100_000);
  await assert.rejects(access(file));
});

const { length: SIZE } = CONTENT;
const unsized = (answer: HttpAnswer): HttpAnswer => (answer.kind === "body" ? { ...answer, size: undefined } : answer);

void test("a file over the limit is not written, is removed, and is not asked for again and again", async () => {
  let written = false;
  const told = (): HttpAnswer => ({
    kind: "body",
    from: 0,
    size: SIZE,
    body: (async function* () {
      yield CONTENT.subarray(0, 50_000);
      written = true;
    })(),
  });
  const untold = (from: number): HttpAnswer => unsized(serves(CONTENT)(from));
  const limit = { ...KEPT, limit: SIZE - 1 };
  const { outcome, asked, left } = await run({ [ONE]: [told], [TWO]: [untold] }, undefined, limit);
  assert.ok(!outcome.ok);
  assert.match(String(outcome.error), /one\.example\/file: the file has more than 299999 bytes; .*two\.example.*more/);
  assert.equal(written, false);
  assert.equal(left, undefined);
  assert.equal(asked.length, 2);
  const exact = await run({ [ONE]: [untold] }, undefined, { ...KEPT, limit: SIZE });
  assert.deepEqual(exact.content, CONTENT);
  const other = await run({ [ONE]: [() => unsized(serves(Buffer.alloc(SIZE + 1))(0))], [TWO]: [untold] }, undefined, {
    ...KEPT,
    limit: SIZE,
  });
  assert.deepEqual(other.content, CONTENT);
});

void test("on a full disk the part is kept for somebody who frees space, or removed where nobody is", async () => {
  const full = (): HttpAnswer => ({
    kind: "body",
    from: 0,
    size: SIZE,
    body: (async function* () {
      yield CONTENT.subarray(0, 50_000);
      throw Object.assign(new Error("write"), { code: "ENOSPC" });
    })(),
  });
  const kept = await run({ [ONE]: [full] });
  assert.equal(kept.left, 50_000);
  const removed = await run({ [ONE]: [full] }, undefined, { ...KEPT, whenFull: "remove" });
  assert.equal(removed.left, undefined);
  for (const [{ outcome }, next] of [
    [kept, /^Free space on the host's/],
    [removed, /^What was downloaded of it has been removed; if it is still full, free space/],
  ] as const) {
    assert.ok(!outcome.ok && outcome.error instanceof IcosError);
    assert.equal(outcome.error.code, "no-space");
    assert.match(outcome.error.next ?? "", next);
  }
});
