import { test } from "node:test";
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { zstdCompressSync } from "node:zlib";
import { checkStick } from "./check-stick.ts";

const OPERATOR_KEY = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey.export({
  type: "sec1",
  format: "pem",
});
const SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKlTCWgZ3k7iNyTlVNpCwxjsCk0cTn7YQPbFGrWMWg";
const IMAGE = zstdCompressSync("disk.img");
const DEPLOYMENT = {
  deployment: { deployment_environment: "mainnet", mgmt_mac: null },
  nns: { urls: ["https://icp-api.io"] },
  dev_vm_resources: { memory: "16", cpu: "kvm", nr_of_vcpus: 16 },
};
const NNS_KEY = `-----BEGIN PUBLIC KEY-----\n${Buffer.alloc(133).toString("base64")}\n-----END PUBLIC KEY-----\n`;

const GOOD: Readonly<Record<string, string | Uint8Array>> = {
  "config.ini": "ipv6_prefix=2a00:1:2:3\nipv6_gateway=2a00:1:2:3::1\nnode_reward_type=type3.1\n",
  "deployment.json": JSON.stringify(DEPLOYMENT),
  "node_operator_private_key.pem": OPERATOR_KEY,
  "ssh_authorized_keys/admin": `${SSH_KEY} me\n`,
  "host-os.img.tar.zst": IMAGE,
  "guest-os.img.tar.zst": IMAGE,
};

/** A stick with the good files and these in place of or besides them; null leaves one out. */
async function withStick<Result>(
  changes: Readonly<Record<string, string | Uint8Array | null>>,
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "icos-stick-"));
  try {
    for (const [name, content] of Object.entries({ ...GOOD, ...changes })) {
      if (content === null) continue;
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), content);
    }
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** `severity file:line code` of each problem. */
const found = (changes: Readonly<Record<string, string | Uint8Array | null>>): Promise<string[]> =>
  withStick(changes, async (directory) => {
    const { problems } = await checkStick(directory);
    return problems.map(({ severity, file, line, code }) => `${severity} ${file}:${line ?? "-"} ${code}`);
  });

void test("a whole stick has no problem, and all it tells is there; printing shows no key", async () => {
  const { value, problems } = await withStick({}, checkStick);
  assert.deepEqual(problems, []);
  assert.equal(value?.config.nodeRewardType, "type3.1");
  assert.equal(value.deployment.environment, "mainnet");
  assert.deepEqual(value.sshKeys, { admin: [`${SSH_KEY} me`], backup: [], readonly: [] });
  assert.equal(Buffer.from(value.operatorKey?.reveal() ?? []).toString(), OPERATOR_KEY);
  const printed = `${inspect(value, { depth: 9 })}${JSON.stringify(value)}`;
  assert.doesNotMatch(printed, /PRIVATE KEY/);
  assert.ok(!printed.includes(OPERATOR_KEY.split("\n")[1] ?? ""));
});

void test("what the installer needs is missed, all of it at once; what is optional is not", async () => {
  const nothing = Object.fromEntries(Object.keys(GOOD).map((name) => [name, null]));
  assert.deepEqual(await found(nothing), [
    "error config.ini:- file-missing",
    "error deployment.json:- file-missing",
    "notice node_operator_private_key.pem:- no-operator-key",
    "error host-os.img.tar.zst:- file-missing",
    "error guest-os.img.tar.zst:- file-missing",
  ]);
  const { value } = await withStick(
    { "ssh_authorized_keys/admin": null, "node_operator_private_key.pem": null },
    checkStick,
  );
  assert.equal(value?.sshKeys, undefined);
  assert.equal(value?.operatorKey, undefined);
});

void test("problems of all files are reported together", async () => {
  const changes = {
    "config.ini": "ipv6_prefix=2a00::\nipv6_gateway=x\n",
    "deployment.json": JSON.stringify({ ...DEPLOYMENT, nns: { urls: [] } }),
    "node_operator_private_key.pem": "secret",
    "ssh_authorized_keys/admin": `${SSH_KEY}\nsecret\n`,
    "ssh_authorized_keys/backup": "# none\n",
    "host-os.img.tar.zst": "",
  };
  assert.deepEqual(await found(changes), [
    "error config.ini:1 invalid-ipv6-prefix",
    "error config.ini:2 invalid-ipv6-address",
    "error config.ini:- missing-node-reward-type",
    "error deployment.json:1 invalid-nns-urls",
    "error ssh_authorized_keys/admin:2 invalid-ssh-key",
    "warning ssh_authorized_keys/backup:- no-ssh-keys",
    "error node_operator_private_key.pem:- invalid-operator-key",
    "warning host-os.img.tar.zst:- not-zstd",
  ]);
  const { problems } = await withStick(changes, checkStick);
  assert.doesNotMatch(JSON.stringify(problems), /secret/);
});

void test("a key in the wrong file is an error that does not show it", async () => {
  const changes = { "ssh_authorized_keys/admin": OPERATOR_KEY, "config.ini": OPERATOR_KEY };
  assert.deepEqual(await found(changes), [
    "error config.ini:1 key-in-wrong-file",
    "error ssh_authorized_keys/admin:1 key-in-wrong-file",
  ]);
});

void test("names that the installer does not look at are pointed out, with the nearest it does", async () => {
  const changes = {
    "confg.ini": "",
    "ssh_authorized_keys/root": "",
    "notes.txt": "",
    "System Volume Information/x": "",
  };
  const { value, problems } = await withStick(changes, checkStick);
  assert.ok(value);
  assert.deepEqual(
    problems.map(({ severity, file, code, message }) => [
      severity,
      file,
      code,
      /Did you mean (\S+)\?/.exec(message)?.[1],
    ]),
    [
      ["warning", "confg.ini", "unknown-file", "config.ini"],
      ["warning", "notes.txt", "unknown-file", undefined],
      ["warning", "ssh_authorized_keys/root", "unknown-file", undefined],
    ],
  );
});

void test("links and what is no regular file are refused and not read", async () => {
  const problems = await withStick(
    { "config.ini": null, "deployment.json": null, "ssh_authorized_keys/admin": null },
    async (directory) => {
      await symlink("/dev/zero", join(directory, "config.ini"));
      await mkdir(join(directory, "deployment.json"));
      await symlink("/nonexistent", join(directory, "notes"));
      await mkdir(join(directory, "ssh_authorized_keys"), { recursive: true });
      await symlink("/etc/passwd", join(directory, "ssh_authorized_keys/admin"));
      return (await checkStick(directory)).problems;
    },
  );
  assert.deepEqual(
    problems.map(({ severity, file, code }) => `${severity} ${file} ${code}`),
    [
      "error config.ini symlink",
      "error deployment.json not-a-file",
      "error notes symlink",
      "error ssh_authorized_keys/admin symlink",
    ],
  );
});

void test("a directory of keys without keys lets nobody in; a file in its place is refused", async () => {
  assert.deepEqual(await found({ "ssh_authorized_keys/admin": null, "ssh_authorized_keys/.DS_Store": "" }), [
    "warning ssh_authorized_keys:- no-ssh-keys",
  ]);
  assert.deepEqual(await found({ "ssh_authorized_keys/admin": null, ssh_authorized_keys: SSH_KEY }), [
    "error ssh_authorized_keys:- not-a-directory",
  ]);
});

void test("another root key is for development, and must be one", async () => {
  assert.deepEqual(await found({ "nns_public_key_override.pem": NNS_KEY }), [
    "warning nns_public_key_override.pem:- development-only",
  ]);
  assert.deepEqual(await found({ "nns_public_key_override.pem": NNS_KEY.replace("AAAA", "") }), [
    "error nns_public_key_override.pem:- invalid-nns-key",
  ]);
});

void test("a directory that is none is refused", async () => {
  await assert.rejects(checkStick("/nonexistent/stick"), { code: "no-stick-directory", message: /does not exist/ });
  await withStick({}, (directory) =>
    assert.rejects(checkStick(join(directory, "config.ini")), { message: /is not a directory/ }),
  );
});
