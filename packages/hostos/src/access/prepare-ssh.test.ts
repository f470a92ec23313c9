import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Exec, Logger } from "@icos/system";
import { prepareSsh } from "./prepare-ssh.ts";

/** `ssh-keygen`, as far as files go. */
const exec: Exec = {
  run: async (command) => {
    assert.equal(command[0], "ssh-keygen");
    const file = command.at(-1) ?? "";
    await writeFile(file, "private\n", { mode: 0o600 });
    await writeFile(`${file}.pub`, "public\n");
    return { stdout: Buffer.alloc(0), stderr: "" };
  },
};

/** An Ed25519 public key, whose bytes all have one value. */
function publicKey(byte: number): string {
  const type = Buffer.from("ssh-ed25519");
  const lengths = [type.length, 32].map((length) => Buffer.from([0, 0, 0, length]));
  return `ssh-ed25519 ${Buffer.concat([lengths[0] ?? type, type, lengths[1] ?? type, Buffer.alloc(32, byte)]).toString("base64")}`;
}

async function onHost(
  body: (host: {
    readonly bootConfig: string;
    readonly keys: string;
    readonly told: string[];
    readonly prepare: () => ReturnType<typeof prepareSsh>;
  }) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "host-ssh-"));
  const [bootConfig, keys] = [join(directory, "config"), join(directory, "run/ssh-access")];
  const told: string[] = [];
  const logger: Logger = {
    log: (severity, message, fields) => {
      if (severity === "warning") told.push(`${message} ${JSON.stringify(fields)}`);
    },
  };
  try {
    await mkdir(join(bootConfig, "ssh_authorized_keys"), { recursive: true });
    await mkdir(keys, { recursive: true });
    await body({ bootConfig, keys, told, prepare: () => prepareSsh({ bootConfig, keys }, { exec, logger }) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

void test("keys of the configuration are put where sshd looks; the machine's key is made once", () =>
  onHost(async ({ bootConfig, keys, told, prepare }) => {
    await writeFile(join(bootConfig, "ssh_authorized_keys/admin"), `# ours\n${publicKey(1)} a@b\r\n${publicKey(2)}\n`);
    assert.deepEqual(await prepare(), { admin: 2, backup: 0, readonly: 0 });
    assert.deepEqual(await readdir(keys), ["admin"]);
    assert.equal(await readFile(join(keys, "admin"), "utf8"), `${publicKey(1)} a@b\n${publicKey(2)}\n`);
    assert.equal((await stat(join(keys, "admin"))).mode & 0o777, 0o644);
    const hostKey = join(bootConfig, "ssh/ssh_host_ed25519_key");
    assert.equal((await stat(hostKey)).mode & 0o777, 0o600);
    await writeFile(hostKey, "kept\n");
    await prepare();
    assert.equal(await readFile(hostKey, "utf8"), "kept\n");
    assert.deepEqual(told, []);
  }));

void test("what is more than a key, and who is no account, is left out and told", () =>
  onHost(async ({ bootConfig, keys, told, prepare }) => {
    const list = join(bootConfig, "ssh_authorized_keys");
    await writeFile(join(list, "admin"), `command="sh" ${publicKey(1)}\n${publicKey(2)}\nnonsense\n`);
    await writeFile(join(list, "root"), publicKey(3));
    assert.deepEqual(await prepare(), { admin: 1, backup: 0, readonly: 0 });
    assert.equal(await readFile(join(keys, "admin"), "utf8"), `${publicKey(2)}\n`);
    assert.equal(told.length, 2);
    assert.match(told.join("\n"), /"others":\["root"\][\s\S]*"lines":\[1,3\]/);
  }));

void test("a key that the configuration no longer has opens nothing", () =>
  onHost(async ({ bootConfig, keys, prepare }) => {
    const file = join(bootConfig, "ssh_authorized_keys/readonly");
    await writeFile(file, publicKey(1));
    await prepare();
    assert.deepEqual(await readdir(keys), ["readonly"]);
    await rm(join(bootConfig, "ssh_authorized_keys"), { recursive: true });
    assert.deepEqual(await prepare(), { admin: 0, backup: 0, readonly: 0 });
    assert.deepEqual(await readdir(keys), []);
  }));
