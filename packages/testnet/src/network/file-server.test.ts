import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { startFileServer } from "./file-server.ts";

const CONTENT = "0123456789";

async function start(context: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), "files-"));
  context.after(() => rm(directory, { recursive: true }));
  const served = join(directory, "served");
  await mkdir(join(served, "sub"), { recursive: true });
  await writeFile(join(served, "image.tar"), CONTENT);
  await writeFile(join(served, "sub", "a b"), "spaced");
  await writeFile(join(served, "empty"), "");
  await writeFile(join(directory, "secret"), "secret");
  await symlink("../secret", join(served, "way-out"));
  await symlink("image.tar", join(served, "latest"));
  execFileSync("mkfifo", [join(served, "pipe")]);
  const server = await startFileServer({ address: "127.0.0.1", port: 0, directory: served });
  context.after(() => server.close());
  const get = async (path: string, headers: Record<string, string> = {}, method = "GET") => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: "127.0.0.1", port: server.port, path, headers, method, agent: false }, resolve)
        .on("error", reject)
        .end();
    });
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };
  return { get, port: server.port, served };
}

void test("Files are served whole, with their size and a tag.", async (context) => {
  const { get } = await start(context);
  const whole = await get("/image.tar?x=1");
  assert.deepEqual([whole.status, whole.body, whole.headers["content-length"]], [200, CONTENT, "10"]);
  assert.equal((await get("/sub/a%20b")).body, "spaced");
  assert.equal((await get("/latest")).body, CONTENT);
  assert.deepEqual([(await get("/empty")).status, (await get("/empty")).body], [200, ""]);
  const head = await get("/image.tar", {}, "HEAD");
  assert.deepEqual([head.status, head.body, head.headers["content-length"]], [200, "", "10"]);
  assert.equal(head.headers.etag, whole.headers.etag);
});

void test("Ranges are served as asked.", async (context) => {
  const { get } = await start(context);
  const part = async (range: string): Promise<unknown[]> => {
    const { status, headers, body } = await get("/image.tar", { range });
    return [status, body, headers["content-range"]];
  };
  assert.deepEqual(await part("bytes=2-4"), [206, "234", "bytes 2-4/10"]);
  assert.deepEqual(await part("bytes=7-"), [206, "789", "bytes 7-9/10"]);
  assert.deepEqual(await part("bytes=-3"), [206, "789", "bytes 7-9/10"]);
  assert.deepEqual(await part("bytes=8-99"), [206, "89", "bytes 8-9/10"]);
  assert.deepEqual(await part("bytes=10-"), [416, "", "bytes */10"]);
  assert.deepEqual(await part("bytes=0-1,3-4"), [200, CONTENT, undefined]);
  assert.deepEqual(await part("lines=1-2"), [200, CONTENT, undefined]);
});

void test("A tag saves what the client has, and a range of a changed file is the whole new file.", async (context) => {
  const { get, served } = await start(context);
  const { etag = "" } = (await get("/image.tar")).headers;
  assert.equal((await get("/image.tar", { "if-none-match": etag })).status, 304);
  assert.equal((await get("/image.tar", { range: "bytes=1-1", "if-range": etag })).status, 206);
  await writeFile(join(served, "image.tar"), "a longer content");
  assert.equal((await get("/image.tar", { "if-none-match": etag })).status, 200);
  assert.equal((await get("/image.tar", { range: "bytes=1-1", "if-range": etag })).body, "a longer content");
});

void test("Nothing but regular files of the directory is served, and nothing is written.", async (context) => {
  const { get } = await start(context);
  const paths = [
    "/",
    "/sub",
    "/none",
    "/../secret",
    "/sub/../../secret",
    "/%2e%2e/secret",
    "/way-out",
    "/pipe",
    "/%00",
    "/%zz",
  ];
  for (const path of paths) assert.equal((await get(path)).status, 404, path);
  for (const method of ["POST", "PUT", "DELETE"]) assert.equal((await get("/image.tar", {}, method)).status, 405);
});

void test("A request that is not HTTP does not end the server.", async (context) => {
  const { get, port } = await start(context);
  const socket = connect(port, "127.0.0.1");
  socket.end("\0\0nonsense\r\n\r\n");
  assert.match(await text(socket), /^HTTP\/1\.1 400/);
  assert.equal((await get("/image.tar")).body, CONTENT);
});
