import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openToolsTree, type ToolsTree } from "@icos/image";
import { HOSTOS_LVM_PARTITION, HOSTOS_VOLUMES, openBlockDevice, readGpt, writeHostosDisk } from "@icos/slots";
import { deriveMachineAddress, planTestnet, defaultTopology, testnetDirectories } from "@icos/testnet";
import { nestedConfigFiles } from "../../packages/testnet/src/supervisor/nested-config.ts";
import { ensureNestedBase, ensureNestedDisk } from "../../packages/testnet/src/supervisor/nested-disk.ts";

const MIB = 1024 ** 2;
const SIZE = 1024 * MIB;
const EXTENTS = { A_boot: 3, A_root: 20, A_var: 5, B_boot: 3, B_root: 20, B_var: 5 };

void suite("the disk of HostOS", () => {
  let tools: ToolsTree;
  let scratch: string;
  let hostDisk: string;

  before(async () => {
    tools = await openToolsTree();
    scratch = await mkdtemp(join(tmpdir(), "icos-image-test-"));
    hostDisk = join(scratch, "hostos.img");
    const root = join(scratch, "root.img");
    await writeFile(root, Buffer.alloc(3 * MIB, "root"));
    await writeHostosDisk({ path: hostDisk, size: SIZE, images: { A_root: root }, extents: EXTENTS });
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  const run = async (...command: string[]): Promise<string> => (await tools.exec.run(command)).stdout.toString();

  void test("sfdisk finds the partition table valid", async () => {
    assert.match(await run("sfdisk", "--verify", hostDisk), /No errors detected/);
  });

  void test("LVM2 reads label, metadata area and text of the physical volume as they were meant", async () => {
    const disk = await openBlockDevice(hostDisk, { readOnly: true });
    const lvm = (await readGpt(disk)).partitions.find(({ guid }) => guid === HOSTOS_LVM_PARTITION.guid);
    assert.ok(lvm);
    const volume = join(scratch, "pv.img");
    await writeFile(volume, await disk.read(lvm.start * 512, 2 * MIB));
    await disk.close();
    const headers = await run("pvck", "--dump", "headers", volume);
    assert.doesNotMatch(headers, /CHECK:|[Ii]nvalid|[Ww]rong|[Ii]ncorrect/);
    assert.match(headers, /label_header\.type LVM2 001/);
    const text = await run("pvck", "--dump", "metadata", volume);
    assert.match(text, /vgname hostlvm seqno 1/);
    for (const { name, id } of HOSTOS_VOLUMES) assert.match(text, new RegExp(`^${name} \\{\nid = "${id}"$`, "m"));
    assert.match(text, /^guestos \{/m);
  });

  void test("a nested node's thin disk has its own configuration and shares the rest", async () => {
    const guestDisk = join(scratch, "guestos.img");
    await writeFile(guestDisk, Buffer.alloc(2 * MIB, "guest"));
    const base = join(scratch, "nested.img");
    await ensureNestedBase(base, { hostDisk, guests: 1, guestDisk });
    const directories = testnetDirectories("t", { ICOS_STATE_DIR: scratch }, 0);
    const [node] = planTestnet(directories, defaultTopology(1, { nested: true }), deriveMachineAddress).nodes;
    assert.ok(node);
    const files = nestedConfigFiles({
      node,
      prefix: "fd00:0:0:1::/64",
      router: "fd00:0:0:1::1",
      nnsUrl: "http://[fd00:0:0:1::10]:8080",
      rootKey: "3081",
      operatorKey: generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey,
      adminKey: "ssh-ed25519 AAAA admin@icos",
    });
    const { directory, disk } = node;
    await ensureNestedDisk({ directory, disk, base, files }, tools.exec);
    assert.ok((await stat(disk)).size < 16 * MIB, "the thin disk holds the configuration only");
    const whole = join(scratch, "whole.img");
    await run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", disk, whole);
    const config = join(scratch, "config.ext4");
    const offset = 411648 * 512 + MIB;
    const device = await openBlockDevice(whole, { readOnly: true });
    await writeFile(config, await device.read(offset, 25 * 4 * MIB));
    await device.close();
    await run("e2fsck", "-f", "-n", config);
    const listing = await run("debugfs", "-R", "ls -p /", config);
    assert.match(listing, /\/100600\/0\/0\/node_operator_private_key\.pem\//);
    const object = join(scratch, "config.json");
    await run("debugfs", "-R", `dump /config.json ${object}`, config);
    assert.equal(await readFile(object, "utf8"), files.get("config.json")?.content);
    await assert.rejects(stat(join(directory, "config")), { code: "ENOENT" });
  });
});
