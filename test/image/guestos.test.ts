import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { buildOs, inspectImage, openToolsTree, type OsBuild, type ToolsTree } from "@icos/image";
import { findFirstDifference } from "../../packages/image/src/reproduce/first-difference.ts";
import { GUESTOS_PARTITIONS, VERITY_TREE_OFFSET } from "@icos/slots";

void suite("GuestOS image", () => {
  let tools: ToolsTree;
  let build: OsBuild;
  let scratch: string;

  before(async () => {
    tools = await openToolsTree();
    build = await buildOs("guestos", { variant: "dev" });
    scratch = await mkdtemp(join(tmpdir(), "icos-image-test-"));
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  const part = (name: string): string => join(dirname(build.bootImage.path), name);
  const run = async (...command: string[]): Promise<string> => (await tools.exec.run(command)).stdout.toString();

  void test("veritysetup accepts every block of the root under the root hash", async () => {
    const root = part("root.img");
    await run("veritysetup", "verify", root, root, build.rootHash, `--hash-offset=${VERITY_TREE_OFFSET}`);
    const wrong = build.rootHash.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    await assert.rejects(run("veritysetup", "verify", root, root, wrong, `--hash-offset=${VERITY_TREE_OFFSET}`));
  });

  void test("the checkers of the file systems find nothing to say", async () => {
    await run("fsck.erofs", "-d0", "--extract", part("root.img"));
    await run("e2fsck", "-f", "-n", part("boot.img"));
  });

  void test("the disk image has upstream's partition table", async () => {
    await run("sfdisk", "--verify", build.diskImage.path);
    const table = JSON.parse(await run("sfdisk", "--json", build.diskImage.path)) as {
      partitiontable: { id: string; partitions: { start: number; size: number; uuid: string; type: string }[] };
    };
    assert.equal(table.partitiontable.id, "2B110BB7-CDEC-7D41-B97E-893EDCBE5428");
    assert.deepEqual(
      table.partitiontable.partitions.map(({ start, size, uuid, type }) => [
        start,
        size,
        uuid.toLowerCase(),
        type.toLowerCase(),
      ]),
      GUESTOS_PARTITIONS.map(({ start, sectors, guid, typeGuid }) => [start, sectors, guid, typeGuid]),
    );
  });

  void test("the disk image takes little more room than what is in it", async () => {
    const { blocks, size } = await stat(build.diskImage.path);
    assert.equal(size, 50 * 1024 ** 3);
    assert.ok(blocks * 512 < 400e6, `${blocks * 512} bytes are allocated`);
  });

  void test("GNU tar and zstd find in the update image what the build put there", async () => {
    await run("sh", "-c", 'zstd -dcq "$1" | tar -x -C "$2"', "sh", build.updateImage.path, scratch);
    assert.deepEqual((await readdir(scratch)).sort(), ["VERSION.TXT", "boot.img", "root.img"]);
    assert.equal(await readFile(join(scratch, "VERSION.TXT"), "utf8"), `${build.version}\n`);
    for (const name of ["boot.img", "root.img"])
      assert.equal(await findFirstDifference(part(name), join(scratch, name)), undefined, name);
  });

  void test("inspection of update image and disk image agrees with the build", async () => {
    for (const file of [build.updateImage.path, build.diskImage.path]) {
      const report = await inspectImage(file, { tools });
      assert.equal(report.consistent, true);
      assert.equal(report.root?.rootHash, build.rootHash);
      assert.equal(report.boot?.rootHash, build.rootHash);
      assert.equal(report.root?.version, build.version);
      assert.ok(report.root?.units.enabled.includes("ic-replica.service"));
    }
  });

  void test("the image holds no compiler, interpreter, documentation or locale", async () => {
    const report = await inspectImage(part("root.img"), { tools });
    const names = new Set(report.root?.packages.map(({ name }) => name));
    for (const unwanted of [
      "perl-base",
      "python3-minimal",
      "gcc-14",
      "dpkg",
      "apt",
      "locales",
      "initramfs-tools",
      "debconf",
    ])
      assert.ok(!names.has(unwanted), unwanted);
    const root = join(scratch, "root");
    await run("fsck.erofs", "-d0", `--extract=${root}`, "--no-preserve-owner", part("root.img"));
    for (const path of [
      "usr/share/doc",
      "usr/share/man",
      "usr/share/locale",
      "usr/bin/perl",
      "usr/bin/python3",
      "usr/bin/cc",
    ])
      await assert.rejects(stat(join(root, path)), { code: "ENOENT" }, path);
  });

  void test("nobody can log in to the prod image", async () => {
    const prod = await buildOs("guestos", { variant: "prod" });
    const root = join(scratch, "prod");
    await run(
      "fsck.erofs",
      "-d0",
      `--extract=${root}`,
      "--no-preserve-owner",
      join(dirname(prod.bootImage.path), "root.img"),
    );
    const passwd = (await readFile(join(root, "etc/passwd"), "utf8")).trim().split("\n");
    for (const line of passwd) assert.match(line, /:\/usr\/sbin\/nologin$/, line);
    for (const path of ["usr/sbin/sshd", "etc/systemd/system/root-console.service", "etc/ssh/sshd_config"])
      await assert.rejects(stat(join(root, path)), { code: "ENOENT" }, path);
    const { root: report } = await inspectImage(prod.updateImage.path, { tools });
    for (const unit of report?.units.enabled ?? [])
      assert.doesNotMatch(unit, /getty|console|ssh|debug-shell|emergency|rescue/);
  });
});
