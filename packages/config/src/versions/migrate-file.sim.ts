import { readFileSync } from "node:fs";
import { test } from "node:test";
import assert from "node:assert/strict";
import { configObject } from "../objects/config-objects.ts";
import { readObject } from "../objects/read-object.ts";
import { migrateFile, type MigrationFiles } from "./migrate-file.ts";

class Crash extends Error {}

/** Files in memory; the machine dies at write number `dieAt`, before or after it has happened. */
class CrashingFiles implements MigrationFiles {
  readonly files: Map<string, { content: Buffer; mode: number }>;
  #left: number;
  readonly #happens: boolean;

  constructor(files: Readonly<Record<string, string>>, dieAt = Infinity, happens = false) {
    this.files = new Map(
      Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o640 }]),
    );
    this.#left = dieAt;
    this.#happens = happens;
  }

  async read(path: string): Promise<{ content: Buffer; mode: number } | undefined> {
    return this.files.get(path);
  }

  async write(path: string, content: Uint8Array, mode: number): Promise<void> {
    if (this.#left-- > 0 || this.#happens) this.files.set(path, { content: Buffer.from(content), mode });
    if (this.#left < 0) throw new Crash();
  }

  text(path: string): string | undefined {
    return this.files.get(path)?.content.toString();
  }
}

const PATH = "/boot/config/config.json";
const KEY = "/boot/config/node_operator_private_key.pem";
const old = readFileSync(new URL("../fixtures/hostos_v1.17.0.json", import.meta.url), "utf8");
const WRITES = 3;

void test("a crash at any write leaves the old or the new object, whole and readable, and never loses the key", async () => {
  for (let dieAt = 0; dieAt <= WRITES; dieAt++)
    for (const happens of [false, true]) {
      const files = new CrashingFiles({ [PATH]: old }, dieAt, happens);
      const done = await migrateFile(PATH, { to: "1.9.0" }, files).then(
        () => true,
        (error: unknown) => assert.ok(error instanceof Crash) ?? false,
      );
      assert.equal(done, dieAt >= WRITES);
      const { config, operatorKey } = readObject(configObject("HostOS"), files.text(PATH) ?? "", PATH);
      assert.ok("config_version" in config);
      const isOld = config.config_version === "1.17.0";
      assert.equal(isOld, dieAt < WRITES - 1 || (dieAt === WRITES - 1 && !happens));
      if (isOld) assert.equal(files.text(PATH), old);
      assert.ok(operatorKey !== undefined || /PRIVATE KEY/.test(files.text(KEY) ?? ""));
      // The same command again finishes what was begun.
      const again = new CrashingFiles(
        Object.fromEntries([...files.files.keys()].map((path) => [path, files.text(path) ?? ""])),
      );
      await migrateFile(PATH, { to: "1.9.0" }, again);
      assert.match(again.text(PATH) ?? "", /"config_version": "1\.9\.0"/);
      assert.match(again.text(KEY) ?? "", /PRIVATE KEY/);
    }
});

void test("the old content is kept with its mode, the key gets a file of its own with mode 0600", async () => {
  const files = new CrashingFiles({ [PATH]: old });
  const { keyFile, previous } = await migrateFile(PATH, { to: "1.9.0" }, files);
  assert.deepEqual([keyFile, previous], [KEY, `${PATH}.previous`]);
  assert.equal(files.text(previous), old);
  assert.deepEqual(
    [files.files.get(previous)?.mode, files.files.get(PATH)?.mode, files.files.get(KEY)?.mode],
    [0o640, 0o640, 0o600],
  );
  assert.ok(!files.text(PATH)?.includes("PRIVATE KEY"));
});

void test("an object whose version has a field for the key keeps it, because upstream's reader looks there", async () => {
  const files = new CrashingFiles({ [PATH]: old });
  assert.equal((await migrateFile(PATH, { to: "1.13.0" }, files)).keyFile, undefined);
  assert.match(files.text(PATH) ?? "", /"node_operator_private_key": "-----BEGIN/);
});

void test("a dry run, a refused migration and one that changes nothing write nothing", async () => {
  const unwritable = (files: Readonly<Record<string, string>>): CrashingFiles => new CrashingFiles(files, 0);
  const { document } = await migrateFile(PATH, { to: "1.9.0", dryRun: true }, unwritable({ [PATH]: old }));
  assert.equal(document["config_version"], "1.9.0");
  const broken = old.replace("3c:ec:ef:6b:37:99", "nothing");
  await assert.rejects(migrateFile(PATH, { to: "1.9.0" }, unwritable({ [PATH]: broken })), {
    code: "invalid-hostos-config",
  });
  await assert.rejects(migrateFile(PATH, { to: "1.9.0" }, unwritable({ [PATH]: old, [KEY]: "another key" })), {
    code: "operator-key-differs",
  });
  await assert.rejects(migrateFile("/none", { to: "1.9.0" }, unwritable({})), { code: "no-such-file" });
  const files = new CrashingFiles({ [PATH]: old });
  await migrateFile(PATH, { to: "1.17.0" }, files);
  const same = await migrateFile(PATH, { to: "1.17.0" }, unwritable({ [PATH]: files.text(PATH) ?? "" }));
  assert.equal(same.unchanged, true);
});
