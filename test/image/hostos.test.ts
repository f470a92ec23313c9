import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { buildOs, inspectImage, openToolsTree, type OsBuild, type ToolsTree } from "@icos/image";
import { VERITY_TREE_OFFSET } from "@icos/slots";

/** What the update image of HostOS may weigh; upstream's has 1,000 MB. */
const UPDATE_IMAGE_LIMIT = 150e6;

void suite("HostOS image", () => {
  let tools: ToolsTree;
  let build: OsBuild;
  let scratch: string;

  before(async () => {
    tools = await openToolsTree();
    build = await buildOs("hostos", { variant: "prod" });
    scratch = await mkdtemp(join(tmpdir(), "icos-hostos-test-"));
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  const part = (name: string): string => join(dirname(build.bootImage.path), name);
  const run = async (...command: string[]): Promise<string> => (await tools.exec.run(command)).stdout.toString();

  void test("the checkers of root, hash tree and boot partition find nothing to say", async () => {
    const root = part("root.img");
    await run("veritysetup", "verify", root, root, build.rootHash, `--hash-offset=${VERITY_TREE_OFFSET}`);
    await run("fsck.erofs", "-d0", "--extract", root);
    await run("e2fsck", "-f", "-n", part("boot.img"));
    await run("sfdisk", "--verify", build.diskImage.path);
  });

  void test("the command line names a volume of the slot, the root hash, both screens and an id that stays", async () => {
    const { boot } = await inspectImage(build.updateImage.path, { tools });
    for (const slot of ["A", "B"] as const)
      assert.match(
        boot?.commandLines[slot] ?? "",
        new RegExp(
          `^root=/dev/hostlvm/${slot}_root console=tty0 console=ttyS0,115200 nomodeset .*` +
            `systemd\\.machine_id=firmware dfinity\\.system=${slot} root_hash=${build.rootHash}$`,
        ),
      );
  });

  void test("the update image is a fraction of upstream's", () => {
    assert.ok(build.updateImage.size < UPDATE_IMAGE_LIMIT, `${build.updateImage.size} bytes`);
  });

  void test("what is in it runs one guest, and builds, interprets or shows nothing", async () => {
    const { root: report } = await inspectImage(build.updateImage.path, { tools });
    const names = new Set(report?.packages.map(({ name }) => name));
    for (const wanted of ["qemu-system-x86", "ovmf", "lvm2", "amd64-microcode"]) assert.ok(names.has(wanted), wanted);
    for (const unwanted of ["perl-base", "python3-minimal", "dpkg", "apt", "gcc-14", "libvirt-daemon", "libgtk-3-0t64"])
      assert.ok(!names.has(unwanted), unwanted);
  });

  void test("of all firmware it has what its processors and network cards ask for", async () => {
    const list = async (path: string): Promise<readonly string[]> => {
      const text = await run("dump.erofs", "--ls", `--path=/usr/lib/firmware${path}`, part("root.img"));
      return [...text.matchAll(/^\s*\d+\s+\d+\s+([^.\s]\S*)$/gm)].map(([, name = ""]) => name).sort();
    };
    assert.deepEqual(await list(""), ["amd", "amd-ucode", "bnx2x", "intel"]);
    assert.equal((await list("/bnx2x")).length, 3);
    assert.match((await list("/intel/ice/ddp")).join(" "), /^ice-\d\S+\.pkg ice\.pkg$/);
  });

  void test("nobody has a shell on the prod image but who may log in with a key", async () => {
    const root = join(scratch, "root");
    await run("fsck.erofs", "-d0", `--extract=${root}`, "--no-preserve-owner", part("root.img"));
    const passwd = (await readFile(join(root, "etc/passwd"), "utf8")).trim().split("\n");
    const shells = passwd.filter((line) => !line.endsWith(":/usr/sbin/nologin")).map((line) => line.replace(/:.*/, ""));
    assert.deepEqual(shells.sort(), ["admin", "backup", "readonly"]);
    const shadow = (await readFile(join(root, "etc/shadow"), "utf8")).trim().split("\n");
    for (const line of shadow) assert.match(line, /^[^:]+:[!*]/);
    await assert.rejects(stat(join(root, "etc/systemd/system/root-console.service")), { code: "ENOENT" });
  });
});
