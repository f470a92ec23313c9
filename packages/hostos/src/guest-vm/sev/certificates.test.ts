import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { silentLogger } from "@icos/system";
import { sevCertificates } from "./certificates.ts";
import { STAND_IN_ARK, STAND_IN_ASK, STAND_IN_OTHER, STAND_IN_VCEK } from "./stand-in-chain.ts";
import { parseTcb, sevProduct, vcekFileName, type SevPlatform } from "./tcb.ts";

const PLATFORM: SevPlatform = {
  chipId: Buffer.alloc(64, 0xea),
  reportedTcb: { bootLoader: 3, tee: 0, snp: 23, microcode: 213 },
};
const SIGNERS = Buffer.from(STAND_IN_ASK + STAND_IN_ARK);
const der = (pem: string): Buffer => new X509Certificate(pem).raw;
const never = new AbortController().signal;

function service(answers: { vcek?: Buffer; chain?: Buffer } = {}) {
  const cache = mkdtempSync(join(tmpdir(), "kds-"));
  after(() => rm(cache, { recursive: true, force: true }));
  const asked: string[] = [];
  const { vcek = der(STAND_IN_VCEK), chain = SIGNERS } = answers;
  const certificates = (directory = cache) =>
    sevCertificates(
      { cache: directory, product: "Milan", service: "https://kds.example" },
      {
        platform: () => Promise.resolve(PLATFORM),
        async download(url) {
          asked.push(url);
          return url.endsWith("/cert_chain") ? chain : vcek;
        },
        logger: silentLogger,
      },
      never,
    );
  return { cache, asked, certificates };
}

void test("certificates are fetched once, by chip and firmware, and kept", async () => {
  const { cache, asked, certificates } = service();
  const pem = await certificates();
  assert.equal(pem, STAND_IN_VCEK + STAND_IN_ASK + STAND_IN_ARK);
  assert.deepEqual(asked, [
    "https://kds.example/vcek/v1/Milan/cert_chain",
    `https://kds.example/vcek/v1/Milan/${"ea".repeat(64)}?blSPL=03&teeSPL=00&snpSPL=23&ucodeSPL=213`,
  ]);
  assert.ok(existsSync(join(cache, `vcek_${"ea".repeat(64)}_bl03_tee00_snp23_ucode213.der`)));
  assert.equal(await certificates(), pem);
  assert.equal(asked.length, 2);
});

void test("an entry that is damaged, or signed by nobody, is fetched again", async () => {
  for (const bad of [Buffer.from("x"), Buffer.alloc(0), der(STAND_IN_OTHER)]) {
    const { cache, asked, certificates } = service();
    const file = join(cache, vcekFileName(PLATFORM));
    writeFileSync(file, bad);
    await certificates();
    assert.equal(asked.length, 2);
    assert.deepEqual(readFileSync(file), der(STAND_IN_VCEK));
  }
});

void test("what the service answers is checked and not kept when it is wrong", async () => {
  const wrongVcek = service({ vcek: der(STAND_IN_OTHER) });
  await assert.rejects(wrongVcek.certificates(), { code: "sev-certificates-unavailable" });
  assert.equal(existsSync(join(wrongVcek.cache, vcekFileName(PLATFORM))), false);
  for (const chain of [STAND_IN_ARK, STAND_IN_ARK + STAND_IN_ASK, STAND_IN_OTHER + STAND_IN_ARK, ""]) {
    await assert.rejects(service({ chain: Buffer.from(chain) }).certificates(), {
      code: "sev-certificates-unavailable",
    });
  }
});

void test("a cache that cannot be written does not keep the guest from starting", async () => {
  const { cache, certificates } = service();
  assert.match(await certificates(join(cache, "none")), /BEGIN CERTIFICATE/);
});

void test("the firmware's versions and the product are read as AMD writes them", () => {
  assert.deepEqual(parseTcb(Buffer.from("03000000000017d5", "hex")), PLATFORM.reportedTcb);
  const cpu = (family: number, model: number) =>
    sevProduct(`cpu family\t: ${family}\nmodel\t\t: ${model}\nmodel name\t: x\n`);
  assert.equal(cpu(25, 1), "Milan");
  assert.equal(cpu(25, 17), "Genoa");
  assert.throws(() => cpu(26, 2), { code: "sev-product-unknown" });
  assert.throws(() => sevProduct(""), { code: "sev-product-unknown" });
});
