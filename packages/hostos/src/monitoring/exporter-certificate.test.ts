import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeExporterCertificate } from "./exporter-certificate.ts";

void test("the certificate is of the key beside it, and only its owner reads the key", async () => {
  const directory = await mkdtemp(join(tmpdir(), "exporter-"));
  try {
    await writeExporterCertificate(directory, Date.now());
    const key = createPrivateKey(await readFile(join(directory, "key.pem")));
    const certificate = new X509Certificate(await readFile(join(directory, "certificate.pem")));
    assert.ok(certificate.checkPrivateKey(key));
    assert.equal((await stat(join(directory, "key.pem"))).mode & 0o777, 0o400);
    assert.deepEqual((await readdir(directory)).sort(), ["certificate.pem", "key.pem"]);
    await writeExporterCertificate(directory, Date.now());
    assert.ok(!new X509Certificate(await readFile(join(directory, "certificate.pem"))).raw.equals(certificate.raw));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
