import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { createExec, IcosError, type Exec } from "@icos/system";
import { BOOTSTRAP_FILES } from "./bootstrap-files.ts";
import { buildBootstrapTar, readBootstrapTar } from "./bootstrap-tar.ts";
import { BOOTSTRAP_TAR, buildConfigMedium, CONFIG_MEDIUM_LABEL, configMediumImage } from "./config-medium.ts";
import { fatLabel, readFatFile } from "./fat-volume.ts";
import { formatGuestosConfig, makeGuestosConfig, parseGuestosConfig } from "./guestos-config.ts";
import { Secret } from "./secret.ts";

const directory = await mkdtemp(join(tmpdir(), "icos-medium-"));
after(() => rm(directory, { recursive: true, force: true }));

const config = makeGuestosConfig({
  config_version: "1.17.0",
  network_settings: { ipv6_config: "RouterAdvertisement" },
  icos_settings: { mgmt_mac: "00:11:22:33:44:55", deployment_environment: "testnet", nns_urls: ["http://[::1]:8080"] },
});
const content = {
  config,
  files: new Map<string, Secret | string>([
    [BOOTSTRAP_FILES.operatorKey, new Secret("operator")],
    [BOOTSTRAP_FILES.adminKeys, "key\n"],
  ]),
};

/** Stands in for the tools where they are not installed: records commands, and appends the file to the image. */
function recordingExec(commands: string[][]): Exec {
  return {
    async run(command) {
      commands.push([...command]);
      return { stdout: Buffer.alloc(0), stderr: "" };
    },
  };
}

void test("the medium is made by mkfs.fat with a fixed volume id, then mcopy, and appears at its path only then", async () => {
  const commands: string[][] = [];
  const path = join(directory, "recorded.img");
  await buildConfigMedium(content, recordingExec(commands), path);
  const [mkfs, mcopy] = commands;
  assert.deepEqual(mkfs?.slice(0, -1), ["mkfs.fat", "--invariant", "-i", "1C050001", "-n", "CONFIG"]);
  assert.deepEqual(mcopy?.slice(0, 3), ["mcopy", "-m", "-i"]);
  assert.equal(mcopy?.at(-1), "::/ic-bootstrap.tar");
  const { size, mode } = await stat(path);
  assert.equal(size % (1024 * 1024), 0);
  assert.equal(mode & 0o777, 0o600);
});

void test("the medium has room for twice its archive and a mebibyte", async () => {
  const path = join(directory, "size.img");
  const MEBIBYTE = 1024 * 1024;
  for (const [bytes, mebibytes] of [
    [0, 2],
    [500_000, 2],
    [600_000, 3],
  ] as const) {
    const files = new Map([["file", Buffer.alloc(bytes)]]);
    await buildConfigMedium({ config, files }, recordingExec([]), path);
    assert.equal((await stat(path)).size, mebibytes * MEBIBYTE, `${bytes}`);
    const { length } = buildBootstrapTar(
      new Map([...files, ["config.json", Buffer.from(formatGuestosConfig(config))]]),
    );
    assert.ok(mebibytes * MEBIBYTE >= 2 * length + MEBIBYTE);
  }
});

void test("a failed tool leaves neither a medium nor a temporary file with keys", async () => {
  const failing: Exec = { run: () => Promise.reject(new IcosError("command-failed", "no space")) };
  const before = await readdir(directory);
  await assert.rejects(buildConfigMedium(content, failing, join(directory, "failed.img")), { code: "command-failed" });
  assert.deepEqual(await readdir(directory), before);
});

void test("a medium made without tools has the same content, and a guest's reader finds it", async () => {
  for (const bytes of [0, 3_000_000, 40_000_000]) {
    const files = new Map<string, Secret | Uint8Array>([
      [BOOTSTRAP_FILES.operatorKey, new Secret("operator")],
      ["file", Buffer.alloc(bytes, 7)],
    ]);
    const image = configMediumImage({ config, files });
    assert.ok(image.equals(configMediumImage({ config, files })));
    assert.equal(fatLabel(image), CONFIG_MEDIUM_LABEL);
    const reader = { read: async (offset: number, length: number) => image.subarray(offset, offset + length) };
    const found = readBootstrapTar(await readFatFile(reader, BOOTSTRAP_TAR, 1 << 26), {
      file: 1 << 26,
      archive: 1 << 27,
    });
    assert.equal(String(found.get(BOOTSTRAP_FILES.operatorKey)), "operator");
    assert.equal(found.get("file")?.length, bytes);
  }
});

const tools = ["mkfs.fat", "mcopy"].every((tool) => spawnSync(tool, ["--version"]).error === undefined);

void test("two media of the same content have the same bytes, and mtools reads them", { skip: !tools }, async () => {
  const exec = createExec();
  const paths = [join(directory, "a.img"), join(directory, "b.img")];
  for (const path of paths) await buildConfigMedium(content, exec, path);
  const [a, b] = await Promise.all(paths.map((path) => readFile(path)));
  assert.ok(a && b && a.equals(b));
  const { stdout } = await exec.run(["mcopy", "-i", paths[0] ?? "", "::/ic-bootstrap.tar", "-"]);
  const files = readBootstrapTar(stdout);
  assert.deepEqual(parseGuestosConfig(String(files.get(BOOTSTRAP_FILES.config)), "config.json"), config);
  assert.equal(String(files.get(BOOTSTRAP_FILES.operatorKey)), "operator");
});

void test("mtools and fsck.fat have nothing to say against a medium made without them", { skip: !tools }, async () => {
  const exec = createExec();
  const path = join(directory, "own.img");
  await writeFile(path, configMediumImage(content));
  await exec.run(["fsck.fat", "-n", path]);
  const { stdout } = await exec.run(["mcopy", "-i", path, "::/ic-bootstrap.tar", "-"]);
  assert.equal(String(readBootstrapTar(stdout).get(BOOTSTRAP_FILES.operatorKey)), "operator");
});
