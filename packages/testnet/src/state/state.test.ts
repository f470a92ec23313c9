import { after, test } from "node:test";
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAuthorizedKeys } from "@icos/config";
import { defaultTopology } from "../topology/topology.ts";
import { makeRunDirectory, testnetDirectories } from "./directories.ts";
import { openKeys, privateKeyPem } from "./keys.ts";
import { encodeOpensshKeyPair } from "./openssh-key.ts";
import { listTestnetNames, readTestnetFile, type TestnetFile, writeTestnetFile } from "./testnet-file.ts";

const root = await mkdtemp(join(tmpdir(), "icos-state-"));
after(() => rm(root, { recursive: true, force: true }));
const env = { ICOS_STATE_DIR: root };
const uid = process.getuid?.() ?? 0;

const file: TestnetFile = {
  version: 1,
  name: "one",
  createdAt: new Date(0).toISOString(),
  topology: defaultTopology(1),
  image: {
    version: "v",
    variant: "dev",
    rootHash: "a".repeat(64),
    diskImage: { path: "/d" },
    updateImage: { path: "/u", size: 1, sha256: "b".repeat(64) },
  },
  ports: { nns: 4000, nodes: { "node-0": 4001 } },
  desired: "running",
};

void test("a testnet's file is read back as written; nobody else may read it", async () => {
  const directories = testnetDirectories("one", env, uid);
  assert.equal(await readTestnetFile(directories), undefined);
  await writeTestnetFile(directories, file);
  assert.deepEqual(await readTestnetFile(directories), file);
  assert.equal((await stat(directories.stateFile)).mode & 0o777, 0o600);
  assert.deepEqual(await listTestnetNames(env), ["one"]);
  assert.deepEqual(await listTestnetNames({ ICOS_STATE_DIR: join(root, "none") }), []);
});

void test("a file of another version or with unknown fields is refused, with its path", async () => {
  const directories = testnetDirectories("bad", env, uid);
  await mkdir(directories.state, { recursive: true });
  for (const wrong of [
    { ...file, version: 2 },
    { ...file, more: 1 },
    { ...file, ports: { nodes: { a: 0 } } },
  ]) {
    await writeFile(directories.stateFile, JSON.stringify(wrong));
    await assert.rejects(readTestnetFile(directories), {
      code: "testnet-file-invalid",
      place: {
        file: directories.stateFile,
        key: Object.hasOwn(wrong, "more") ? "more" : wrong.version === 2 ? "version" : "ports.nodes.a",
      },
    });
  }
});

void test("keys are made once, are secp256k1, and belong to the user alone", async () => {
  const directory = join(root, "keys");
  const keys = openKeys(directory);
  const operator = await keys.operator("op");
  assert.equal(operator.asymmetricKeyDetails?.namedCurve, "secp256k1");
  assert.equal(privateKeyPem(await openKeys(directory).operator("op")), privateKeyPem(operator));
  assert.notEqual(privateKeyPem(await keys.governance()), privateKeyPem(operator));
  assert.equal((await stat(join(directory, "operator-op.pem"))).mode & 0o777, 0o600);
  const admin = await keys.admin();
  assert.deepEqual(await openKeys(directory).admin(), admin);
  assert.equal((await stat(admin.privateKeyFile)).mode & 0o777, 0o600);
  assert.deepEqual(parseAuthorizedKeys(admin.publicKey, "admin.pub"), [admin.publicKey]);
});

void test("an OpenSSH private key holds the same point as its public line, and its padding counts up", () => {
  for (let i = 0; i < 8; i++) {
    const { privateKey } = generateKeyPairSync("ed25519");
    const pair = encodeOpensshKeyPair(privateKey, "c".repeat(i));
    const body = Buffer.from(pair.privateKey.split("\n").slice(1, -2).join(""), "base64");
    assert.equal(body.toString("latin1", 0, 15), "openssh-key-v1\0");
    const point = Buffer.from(createPublicKey(privateKey).export({ format: "jwk" }).x ?? "", "base64url");
    assert.ok(
      Buffer.from(pair.publicKey.split(" ")[1] ?? "", "base64")
        .subarray(-32)
        .equals(point),
    );
    // Before the encrypted part: magic, two "none", empty options, one key, the public blob of 51 bytes.
    const start = 15 + 8 + 8 + 4 + 4 + 4 + 51;
    const secret = body.subarray(start + 4);
    assert.equal(body.readUInt32BE(start), secret.length);
    assert.equal(secret.length % 8, 0);
    assert.ok(secret.subarray(0, 4).equals(secret.subarray(4, 8)), "both check numbers are the same");
    const comment = secret.lastIndexOf(Buffer.from("c".repeat(i)), secret.length);
    assert.ok(comment > 0);
    const padding = [...secret].slice(4 + 4 + 4 + 11 + 4 + 32 + 4 + 64 + 4 + i);
    assert.deepEqual(
      padding,
      padding.map((_, index) => index + 1),
    );
  }
});

void test("a run directory that others could have prepared is refused", async () => {
  const base = join(root, "run");
  await makeRunDirectory(join(base, "a"), uid);
  assert.equal((await stat(join(base, "a"))).mode & 0o777, 0o700);
  await chmod(base, 0o777);
  await assert.rejects(makeRunDirectory(join(base, "b"), uid), { code: "run-directory-unsafe" });
  await chmod(base, 0o700);
  await symlink(root, join(base, "link"));
  await assert.rejects(makeRunDirectory(join(base, "link"), uid), { code: "run-directory-unsafe" });
  await assert.rejects(makeRunDirectory(`/tmp/${"x".repeat(90)}`, uid), { code: "run-directory-too-long" });
});
