import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { selfAuthenticating, verifyCommitteeKey } from "@icos/certification";
import { AlgorithmId, decodeRecord, PublicKeySchema, X509PublicKeyCertSchema } from "@icos/registry";
import { durableFiles, IcosError } from "@icos/system";
import { openKeyStore } from "./key-store.ts";

const modules = { files: durableFiles, now: () => Date.now() };

async function inDirectory(check: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "key-store-"));
  try {
    await check(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

const refuses =
  (code: string, pattern: RegExp) =>
  (error: unknown): boolean =>
    error instanceof IcosError && error.code === code && pattern.test(error.message);

void test("keys are made once, with the formats that the registry expects", () =>
  inDirectory(async (directory) => {
    const { keys, generated } = await openKeyStore(directory, modules);
    assert.equal(generated, true);

    const signing = decodeRecord(PublicKeySchema, keys.public.nodeSigning, "node signing key");
    assert.equal(signing.algorithm, AlgorithmId.ED25519);
    const signingDer = createPublicKey(keys.signing).export({ type: "spki", format: "der" });
    assert.deepEqual(Buffer.from(signing.keyValue), signingDer.subarray(12));
    assert.equal(keys.nodeId.toText(), selfAuthenticating(signingDer).toText());

    const committee = decodeRecord(PublicKeySchema, keys.public.committeeSigning, "committee key");
    assert.equal(committee.algorithm, AlgorithmId.MULTI_BLS12_381);
    assert.ok(committee.proofData);
    assert.ok(verifyCommitteeKey({ publicKey: committee.keyValue, proofOfPossession: committee.proofData }));

    const { certificateDer } = decodeRecord(X509PublicKeyCertSchema, keys.public.tlsCertificate, "certificate");
    const certificate = new X509Certificate(certificateDer);
    assert.equal(certificate.subject, `CN=${keys.nodeId.toText()}`);
    assert.ok(certificate.checkPrivateKey(keys.tls.key));
    assert.ok(!certificate.publicKey.equals(createPublicKey(keys.signing)), "TLS has a key of its own");

    const again = await openKeyStore(directory, modules);
    assert.equal(again.generated, false);
    assert.equal(again.keys.nodeId.toText(), keys.nodeId.toText());
    assert.deepEqual(again.keys.public, keys.public);
  }));

void test("secret keys are readable by their owner only, and printing the keys shows none", () =>
  inDirectory(async (directory) => {
    const { keys } = await openKeyStore(directory, modules);
    const store = join(directory, "node_keys");
    assert.equal((await stat(store)).mode & 0o777, 0o700);
    for (const name of ["node_signing_key.pem", "tls_key.pem", "committee_signing_seed"]) {
      assert.equal((await stat(join(store, name))).mode & 0o777, 0o400, name);
    }

    const shown = inspect(keys, { depth: 10, showHidden: true }) + JSON.stringify(keys);
    const seed = await readFile(join(store, "committee_signing_seed"));
    const secret = keys.signing.export({ type: "pkcs8", format: "der" }).subarray(-32);
    for (const bytes of [seed, secret]) {
      assert.ok(!shown.includes(bytes.toString("hex")) && !shown.includes([...bytes.subarray(0, 8)].join(",")));
    }
  }));

void test("a store with a missing, foreign or damaged file is refused and left as it is", () =>
  inDirectory(async (directory) => {
    await openKeyStore(directory, modules);
    const store = join(directory, "node_keys");
    const other = join(directory, "other");
    await mkdir(other);
    await openKeyStore(other, modules);
    for (const name of await readdir(store)) {
      const path = join(store, name);
      const good = await readFile(path);
      await chmod(path, 0o600);
      const damaged = [
        ...(name === "keys.sha256" ? [] : [undefined]),
        Buffer.alloc(0),
        good.subarray(0, -30),
        await readFile(join(other, "node_keys", name)),
      ];
      for (const content of damaged) {
        await (content === undefined ? rm(path) : writeFile(path, content));
        await assert.rejects(
          openKeyStore(directory, modules),
          refuses("key-store-inconsistent", /node_keys cannot be used/),
        );
        if (content !== undefined) assert.deepEqual(await readFile(path), content);
        await writeFile(path, good);
      }
    }
    await openKeyStore(directory, modules);
  }));

void test("a store without a digest, as it was made before there was one, is checked by working its keys out", () =>
  inDirectory(async (directory) => {
    const { keys } = await openKeyStore(directory, modules);
    const store = join(directory, "node_keys");
    await rm(join(store, "keys.sha256"));
    assert.deepEqual((await openKeyStore(directory, modules)).keys.public, keys.public);

    const other = join(directory, "other");
    await mkdir(other);
    await openKeyStore(other, modules);
    const path = join(store, "committee_signing_pk.pb");
    await chmod(path, 0o600);
    await writeFile(path, await readFile(join(other, "node_keys/committee_signing_pk.pb")));
    await assert.rejects(
      openKeyStore(directory, modules),
      refuses("key-store-inconsistent", /committee_signing_pk\.pb do not belong/),
    );
  }));

void test("keys are not made beside files of an unknown kind, nor without a directory", () =>
  inDirectory(async (directory) => {
    await assert.rejects(openKeyStore(join(directory, "none"), modules), refuses("key-store-missing", /none/));
    await mkdir(join(directory, "lost+found"));
    await writeFile(join(directory, "public_keys.pb"), "");
    await assert.rejects(openKeyStore(directory, modules), refuses("key-store-foreign", /public_keys\.pb/));
    await rm(join(directory, "public_keys.pb"));
    assert.equal((await openKeyStore(directory, modules)).generated, true);
  }));
