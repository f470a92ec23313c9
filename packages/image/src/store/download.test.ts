import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { LockedPackage, PackageLock } from "../lock/package-lock.ts";
import { createContentStore, type ContentStore } from "./content-store.ts";
import { fetchPackages } from "./download.ts";

const BODY = Buffer.from("the package's bytes, of which there are some");
const ENTRY: LockedPackage = {
  name: "thing",
  version: "1.0+b1",
  architecture: "amd64",
  source: "debian",
  path: "pool/main/t/thing/thing_1.0+b1_amd64.deb",
  size: BODY.length,
  sha256: hash("sha256", BODY),
};
const LOCK: PackageLock = {
  version: 1,
  suite: "trixie",
  date: "20260101T000000Z",
  sets: { all: ["thing"] },
  packages: [ENTRY],
};

async function withArchive(
  answer: RequestListener,
  run: (url: string, store: ContentStore) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-store-"));
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  try {
    await run(
      `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
      createContentStore(directory),
    );
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  }
}

const from = (url: string, snapshot?: string) => async () => ({ debian: url, security: url, snapshot });

void test("a package is fetched, verified and not fetched again", async () => {
  let requests = 0;
  await withArchive(
    (_, response) => {
      requests += 1;
      response.end(BODY);
    },
    async (url, store) => {
      await fetchPackages(LOCK, [ENTRY], store, from(url));
      await fetchPackages(LOCK, [ENTRY], store, from(url));
      assert.ok((await readFile(store.pathOf(ENTRY.sha256))).equals(BODY));
      assert.equal(requests, 1);
    },
  );
});

void test("a wrong hash is refused, and nothing of it is kept", () =>
  withArchive(
    (_, response) => response.end(Buffer.alloc(BODY.length, 1)),
    async (url, store) => {
      await assert.rejects(fetchPackages(LOCK, [ENTRY], store, from(url)), { code: "package-hash-mismatch" });
      assert.equal(await store.has(ENTRY.sha256, ENTRY.size), false);
      await assert.rejects(stat(store.partialOf(ENTRY.sha256)), { code: "ENOENT" });
    },
  ));

void test("a version that left the mirror comes from the snapshot archive, or is named as missing", () =>
  withArchive(
    (request, response) => {
      if (request.url?.startsWith("/snapshot/archive/debian/20260101T000000Z/pool/main/t/thing/thing_1.0%2bb1"))
        response.end(BODY);
      else response.writeHead(404).end();
    },
    async (url, store) => {
      await assert.rejects(fetchPackages(LOCK, [ENTRY], store, from(url)), { code: "package-version-missing" });
      await fetchPackages(LOCK, [ENTRY], store, from(url, `${url}/snapshot`));
      assert.equal(await store.has(ENTRY.sha256, ENTRY.size), true);
    },
  ));

void test("an interrupted download continues where it stopped", () =>
  withArchive(
    (request, response) => {
      assert.equal(request.headers.range, "bytes=10-");
      response.writeHead(206).end(BODY.subarray(10));
    },
    async (url, store) => {
      const partial = store.partialOf(ENTRY.sha256);
      await mkdir(dirname(partial), { recursive: true });
      await writeFile(partial, BODY.subarray(0, 10));
      await fetchPackages(LOCK, [ENTRY], store, from(url));
      assert.ok((await readFile(store.pathOf(ENTRY.sha256))).equals(BODY));
    },
  ));

void test("no network and a full disk are told apart", () =>
  withArchive(
    (_, response) => response.end(BODY),
    async (url, store) => {
      const offline = async (): Promise<Response> => Promise.reject(new TypeError("fetch failed"));
      await assert.rejects(fetchPackages(LOCK, [ENTRY], store, from(url), { fetch: offline }), {
        code: "download-failed",
      });
      const full = async (): Promise<Response> =>
        Promise.reject(Object.assign(new Error("no space"), { code: "ENOSPC" }));
      await assert.rejects(fetchPackages(LOCK, [ENTRY], store, from(url), { fetch: full }), { code: "disk-full" });
    },
  ));
