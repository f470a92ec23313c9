import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { ThresholdKey, thresholdKeyToPem } from "@icos/certification";
import { VERITY_BLOCK_SIZE, VERITY_TREE_OFFSET } from "@icos/slots";
import { flipRootByte } from "./machine/flip-byte.ts";
import { openTestImage, type TestImage } from "./machine/image.ts";
import { withMachine, type TestMachine } from "./machine/machine.ts";
import { nodeConfig, writeMedium } from "./machine/medium.ts";
import { startTestNetwork, type TestNetwork } from "./machine/network.ts";
import { findUnreadBlock } from "./machine/unread-block.ts";

/** An address for documentation: nothing answers there. */
const UNREACHABLE = "http://[2001:db8::10]:8080";
const TREE_BLOCK = VERITY_TREE_OFFSET / VERITY_BLOCK_SIZE;
const CONFIGURED = /guestos: configured in /;
const REFUSED_BY_BOOT = /guestos: This node does not start\./;
const ORCHESTRATOR = /Waiting for an IPv6 address|Onboarding may take|Waiting for the registry|orchestrator ready/;

let directory: string;
let image: TestImage;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "icos-e2e-"));
  image = await openTestImage(directory);
});

after(() => rm(directory, { recursive: true }));

// The long ones first; two machines at once are what two cores can emulate.
void suite("a node refuses", { concurrency: 2 }, () => {
  void test("a changed block that nothing reads: the verification after the boot finds it", async () => {
    const block = await findUnreadBlock(image);
    const changeDisk = (disk: string): Promise<void> => flipRootByte(image, disk, block * VERITY_BLOCK_SIZE + 100);
    const medium = (path: string): Promise<void> => writeMedium(image.tools.exec, path, nodeConfig(UNREACHABLE));
    await withMachine(image, { changeDisk, writeMedium: medium }, async (machine) => {
      await machine.shows(CONFIGURED);
      const text = await restartsItself(machine);
      const found = text.indexOf(`data block ${block} is corrupted`);
      assert.ok(found > text.search(CONFIGURED), "the console names the block, after the boot went on");
      assert.match(text.slice(found), /Kernel panic .*dm-verity/);
    });
  });

  void test("the registry's answers under another root key", async () => {
    const place = await mkdtemp(join(tmpdir(), "icos-e2e-"));
    let network: TestNetwork | undefined;
    try {
      network = await startTestNetwork(image, place);
      const { nnsUrl, operatorPem, networkCard, countNodes } = network;
      const rootKeyPem = thresholdKeyToPem(ThresholdKey.generate().publicKey.der);
      const medium = (path: string): Promise<void> =>
        writeMedium(image.tools.exec, path, nodeConfig(nnsUrl), { operatorPem, rootKeyPem });
      await withMachine(image, { writeMedium: medium, networkCards: [networkCard] }, async (machine) => {
        const refusal = /The registry cannot be read: .*signature of a certificate does not verify/;
        const text = await machine.shows(refusal, 2);
        assert.doesNotMatch(text, /join request successful|orchestrator ready/i);
        assert.equal(await countNodes(), 0);
      });
    } finally {
      await network?.close();
      await rm(place, { recursive: true });
    }
  });

  void test("a configuration with broken fields, whose names it shows", async () => {
    const config = nodeConfig(UNREACHABLE);
    const broken = {
      ...config,
      icos_settings: { ...config.icos_settings, mgmt_mac: "02:1c:05", nns_urls: ["registry"] },
    };
    const medium = (path: string): Promise<void> => writeMedium(image.tools.exec, path, broken);
    await withMachine(image, { writeMedium: medium }, async (machine) => {
      const text = await machine.shows(REFUSED_BY_BOOT, 2); // it does not go on, it tries again
      assert.match(text, /guestos: Field: icos_settings\.mgmt_mac: /);
      assert.match(text, /guestos: Field: icos_settings\.nns_urls\.0: /);
      assert.match(text, /guestos: File: ic-bootstrap\.tar:config\.json$/m);
      assert.doesNotMatch(text, CONFIGURED);
      assert.doesNotMatch(text, ORCHESTRATOR);
    });
  });

  // Bytes that no other check covers: the checksum of the file system begins at byte 1024, a block of a tree that is not
  // full ends with zeros, and the root hash does not cover the superblock of the tree.
  const early = [
    {
      what: "the first byte of its root file system",
      offset: 0,
      says: /data block 0 is corrupted[^]*Kernel panic .*dm-verity/,
    },
    {
      what: "the top of its hash tree",
      offset: VERITY_TREE_OFFSET + 2 * VERITY_BLOCK_SIZE - 1,
      says: new RegExp(`metadata block ${TREE_BLOCK + 1} is corrupted[^]*Kernel panic .*dm-verity`),
    },
    {
      what: "the number of blocks in front of its hash tree",
      offset: VERITY_TREE_OFFSET + 72,
      says: /guestos: the hash tree of \/dev\/vda5 says \d+ blocks, its file system \d+/,
    },
  ];
  for (const { what, offset, says } of early)
    void test(`to start when ${what} was changed`, async () => {
      const changeDisk = (disk: string): Promise<void> => flipRootByte(image, disk, offset);
      await withMachine(image, { changeDisk }, async (machine) => {
        const text = await restartsItself(machine);
        assert.match(text, says);
        assert.doesNotMatch(text, /systemd|Failed: configuration|configured in/);
      });
    });
});

/** The console of a machine that the kernel's panic, or the initramfs, has restarted. */
async function restartsItself(machine: TestMachine): Promise<string> {
  const text = await machine.ends();
  assert.deepEqual(machine.state, { kind: "stopped", exit: { kind: "reboot", cause: "guest" } });
  return text;
}
