import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { writeFileDurably } from "@icos/system";
import { closedPort, httpServer, socks5Proxy } from "../../test/http-fixtures.ts";
import { CHIP, HastyClock, inDirectory, LinesLogger, VCEK_FILE } from "../../test/sev-fixture.ts";
import { SevHierarchy } from "../../test/sev-hierarchy.ts";
import { certificateCache } from "./certificate-cache.ts";
import { createKds } from "./kds.ts";
import { obtainChain } from "./obtain-chain.ts";
import type { Endpoint } from "./socks5.ts";

const AMD = new SevHierarchy();
const STRANGER = new SevHierarchy();
const VCEK = AMD.vcek(CHIP);
const ISSUERS_FILE = "cert_chain_milan.pem";

const respond =
  (vcek: Buffer = VCEK, issuers = AMD.issuersPem) =>
  (path: string): Buffer | string =>
    path.endsWith("/cert_chain") ? issuers : vcek;

interface Surroundings {
  readonly url: string;
  readonly proxy?: Endpoint | undefined;
  readonly writeFile?: typeof writeFileDurably;
}

function machine(directory: string, { url, proxy, writeFile = writeFileDurably }: Surroundings) {
  const [clock, logger] = [new HastyClock(), new LinesLogger()];
  const kds = createKds({ url, proxy, rounds: 2, timeout: 2_000 }, { clock, logger });
  const roots = { Milan: AMD.rootKey, Genoa: STRANGER.rootKey, Turin: STRANGER.rootKey };
  const modules = { cache: certificateCache(directory, logger, { writeFile }), kds, roots, clock, logger };
  return { clock, logger, chain: () => obtainChain(CHIP, modules) };
}

function commonNames(pem: string): string[] {
  return (pem.match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g) ?? []).map((text) =>
    new X509Certificate(text).subject.replace("CN=", ""),
  );
}

void test("the chain is fetched, checked, and kept under upstream's name; the next time nobody is asked", async () => {
  await inDirectory(async (directory) => {
    const place = join(directory, "sev/certificates");
    {
      await using server = await httpServer(({ url = "" }, response) => response.end(respond()(url)));
      const chain = await machine(place, server).chain();
      assert.deepEqual(commonNames(chain), ["SEV-VCEK", "SEV-Test", "ARK-Test"]);
      const query = "blSPL=03&teeSPL=00&snpSPL=23&ucodeSPL=213";
      const id = Buffer.from(CHIP.hardwareId).toString("hex");
      assert.deepEqual(server.asked, ["/vcek/v1/Milan/cert_chain", `/vcek/v1/Milan/${id}?${query}`]);
    }
    assert.deepEqual((await readdir(place)).sort(), [ISSUERS_FILE, VCEK_FILE].sort());
    assert.deepEqual(await readFile(join(place, VCEK_FILE)), VCEK);
    assert.equal((await stat(join(place, VCEK_FILE))).mode & 0o777, 0o644);
    const offline = machine(place, { url: `http://127.0.0.1:${await closedPort()}` });
    assert.equal(commonNames(await offline.chain()).length, 3);
    assert.deepEqual(offline.logger.lines, []);
  });
});

const BAD_ENTRIES: ReadonlyArray<readonly [name: string, file: string, content: Buffer, why: RegExp]> = [
  ["cut off", VCEK_FILE, VCEK.subarray(0, 700), /not a certificate/],
  ["empty", VCEK_FILE, Buffer.alloc(0), /not a certificate/],
  ["of another chip", VCEK_FILE, AMD.vcek({ ...CHIP, hardwareId: Buffer.alloc(64, 1) }), /belongs to another chip/],
  [
    "for other versions",
    VCEK_FILE,
    AMD.vcek({ ...CHIP, reportedTcb: { ...CHIP.reportedTcb, snp: 22 } }),
    /other versions \(boot loader 3, TEE 0, SNP 22/,
  ],
  ["signed by another key", VCEK_FILE, STRANGER.vcek(CHIP), /has not signed it/],
  ["expired", VCEK_FILE, AMD.vcek(CHIP, new Date("2026-01-01T00:00:00Z")), /expired/],
  ["with a changed byte", VCEK_FILE, Buffer.from(VCEK).fill(VCEK.readUInt8(500) ^ 1, 500, 501), /VCEK/],
  ["followed by something", VCEK_FILE, Buffer.concat([VCEK, Buffer.from("x")]), /nothing else/],
  ["issuers of another root", ISSUERS_FILE, Buffer.from(STRANGER.issuersPem), /root key of Milan/],
  ["issuers without the root", ISSUERS_FILE, Buffer.from(AMD.askPem), /1 certificates/],
  ["an ASK of somebody else", ISSUERS_FILE, Buffer.from(STRANGER.askPem + AMD.arkPem), /ASK is not signed/],
];

for (const [name, file, content, why] of BAD_ENTRIES) {
  void test(`a kept certificate that is bad is fetched again and replaced: ${name}`, async () => {
    await inDirectory(async (directory) => {
      await writeFile(join(directory, ISSUERS_FILE), AMD.issuersPem);
      await writeFile(join(directory, VCEK_FILE), VCEK);
      await writeFile(join(directory, file), content);
      await using server = await httpServer(({ url = "" }, response) => response.end(respond()(url)));
      const { chain, logger } = machine(directory, server);
      assert.equal(commonNames(await chain()).length, 3);
      assert.equal(server.asked.length, 1);
      assert.match(logger.lines.join("\n"), why);
      assert.deepEqual(await readFile(join(directory, file)), Buffer.from(respond()(server.asked[0] ?? "")));
    });
  });
}

void test("an unreadable cache, and one that takes nothing, are logged and not in the way", async () => {
  await inDirectory(async (directory) => {
    const place = join(directory, "not-a-directory");
    await writeFile(place, "");
    await using server = await httpServer(({ url = "" }, response) => response.end(respond()(url)));
    const { chain, logger } = machine(place, server);
    assert.equal(commonNames(await chain()).length, 3);
    assert.equal(logger.lines.filter((line) => line.includes("cannot be kept")).length, 2);
    assert.equal(logger.lines.filter((line) => line.includes("cannot be read")).length, 2);
  });
});

void test("a full disk costs nothing but the next fetch", async () => {
  await inDirectory(async (directory) => {
    const writeFile = () => Promise.reject(Object.assign(new Error("no space left on device"), { code: "ENOSPC" }));
    await using server = await httpServer(({ url = "" }, response) => response.end(respond()(url)));
    const { chain, logger } = machine(directory, { ...server, writeFile });
    assert.equal(commonNames(await chain()).length, 3);
    assert.equal(logger.lines.filter((line) => /cannot be kept.*no space left/.test(line)).length, 2);
    assert.deepEqual(await readdir(directory), []);
  });
});

void test("what is not there is said at once, with what to do; the proxy is not asked", async () => {
  await inDirectory(async (directory) => {
    await using server = await httpServer(({ url = "" }, response) => {
      response.writeHead(url.endsWith("cert_chain") ? 200 : 404).end(url.endsWith("cert_chain") ? AMD.issuersPem : "");
    });
    const proxy = { host: "127.0.0.1", port: await closedPort() };
    const { chain, clock } = machine(directory, { url: server.url, proxy });
    await assert.rejects(chain(), { code: "kds-refused", message: /HTTP 404/ });
    assert.deepEqual([clock.slept, server.asked.length], [[], 2]);
    assert.deepEqual(await readdir(directory), [ISSUERS_FILE]);
  });
});

void test("a busy server is asked again after the time that it names", async () => {
  await inDirectory(async (directory) => {
    let busy = true;
    await using server = await httpServer(({ url = "" }, response) => {
      if (busy) response.writeHead(429, { "retry-after": "37" }).end();
      else response.end(respond()(url));
      busy = false;
    });
    const { chain, clock } = machine(directory, server);
    assert.equal(commonNames(await chain()).length, 3);
    assert.deepEqual(clock.slept, [37_000]);
  });
});

const BAD_ANSWERS: ReadonlyArray<readonly [name: string, status: number, body: Buffer | string, why: RegExp]> = [
  ["an error of the server", 500, "", /HTTP 500/],
  ["a redirection", 302, "", /HTTP 302/],
  ["a page instead of a certificate", 200, "<html>Log in</html>", /0 certificates.*text\/html/],
  ["nothing", 200, "", /0 certificates/],
  ["another network's root", 200, STRANGER.issuersPem, /root key of Milan/],
  ["without end", 200, Buffer.alloc(70_000, 0x20), /more than 65536 bytes/],
];

for (const [name, status, body, why] of BAD_ANSWERS) {
  void test(`an answer that is no good is refused after the last round, and nothing is kept: ${name}`, async () => {
    await inDirectory(async (directory) => {
      await using server = await httpServer((_, response) => {
        response.writeHead(status, { "content-type": "text/html", location: "/elsewhere" }).end(body);
      });
      const { chain, clock } = machine(directory, server);
      await assert.rejects(chain(), { code: "kds-unavailable", message: why });
      assert.deepEqual([clock.slept, server.asked.length], [[2_000], 2]);
      assert.deepEqual(await readdir(directory), []);
    });
  });
}

void test("a certificate of another chip is refused although AMD has signed it", async () => {
  await inDirectory(async (directory) => {
    const other = AMD.vcek({ ...CHIP, hardwareId: Buffer.alloc(64, 9) });
    await using server = await httpServer(({ url = "" }, response) => response.end(respond(other)(url)));
    await assert.rejects(machine(directory, server).chain(), { code: "kds-unavailable", message: /another chip/ });
    assert.deepEqual(await readdir(directory), [ISSUERS_FILE]);
  });
});

void test("a server that cannot be reached directly is reached through the proxy, by its name", async () => {
  await inDirectory(async (directory) => {
    await using server = await httpServer(({ url = "" }, response) => response.end(respond()(url)));
    await using proxy = await socks5Proxy(server.port);
    const nowhere = await closedPort();
    const endpoint = { host: "127.0.0.1", port: proxy.port };
    const { chain } = machine(directory, { url: `http://localhost:${nowhere}`, proxy: endpoint });
    assert.equal(commonNames(await chain()).length, 3);
    assert.deepEqual(proxy.asked, [`localhost:${nowhere}`, `localhost:${nowhere}`]);
  });
});

void test("without network both ways are named", async () => {
  await inDirectory(async (directory) => {
    const endpoint = { host: "127.0.0.1", port: await closedPort() };
    const { chain, clock } = machine(directory, { url: `http://127.0.0.1:${await closedPort()}`, proxy: endpoint });
    await assert.rejects(chain(), {
      code: "kds-unavailable",
      message: /did not answer.*ECONNREFUSED.*through 127\.0\.0\.1: The proxy .* does not answer/,
    });
    assert.deepEqual(clock.slept, [2_000]);
  });
});
