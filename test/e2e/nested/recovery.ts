import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { link, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { bootStateOf, parseGrubenv } from "@icos/slots";
import { eventually, type NestedNode } from "./nested-node.ts";

/** For a guest to be back, in a new slot and under emulation. */
const BACK_SECONDS = 1_200;
const STICK = "/dev/sda";
/** As the account of the limited console, which may do nothing itself: it asks root's programs at their sockets. */
const HOSTOS = "setpriv --reuid=limited-console --regid=limited-console --clear-groups /opt/ic/bin/hostos";

/** What an operator does at the machine: swap, diagnostics and recovery, by the programs that the limited console asks. */
export class Recovery {
  readonly #node: NestedNode;
  /** Of the testnet: what its file server serves is in `files` there. */
  readonly #state: string;

  constructor(node: NestedNode, state: string) {
    this.#node = node;
    this.#state = state;
  }

  /** The slot that was never installed is not switched to, and the guest is not stopped for it. */
  async swapToAnEmptySlotIsRefused(): Promise<void> {
    const boots = await this.#boots();
    const { code, stderr } = await this.#node.run("host", `${HOSTOS} alternative swap --yes`);
    assert.notEqual(code, 0);
    assert.match(stderr, /boot partition of slot B .*lacks .*vmlinuz/s);
    assert.equal(await this.#node.must("host", `${HOSTOS} alternative show`), "slot A, stable");
    assert.equal(await this.#boots(), boots);
  }

  /** The bundle is on the stick, whole, and without the operator's key. */
  async diagnosticsGoToTheStick(): Promise<void> {
    const node = this.#node;
    const said = await node.must("host", `${HOSTOS} diagnostics`);
    const [, name] = /(icos-diagnostics-\S+\.tar\.zst) on the USB stick \/dev\/sda/.exec(said) ?? [];
    assert.ok(name, said);
    const base64 = await this.#onStick(`base64 -w0 ${name}`);
    const bundle = zstdDecompressSync(Buffer.from(base64, "base64")).toString("latin1");
    for (const part of ["manifest.json", "guestos-serial.log"]) assert.ok(bundle.includes(part), part);
    const key = await node.must("host", "cat /boot/config/node_operator_private_key.pem");
    for (const line of key.split("\n").filter((each) => each.length > 40)) assert.ok(!bundle.includes(line));
  }

  /** A version that nobody serves changes nothing; one that is served, named on a stick, comes up in the other slot. */
  async versionOnAStickIsInstalled(): Promise<void> {
    const node = this.#node;
    const before = await node.status();
    const version = await node.must("guest", "cat /opt/ic/share/version.txt");
    const sha256 = await this.#serve(version);
    const boots = await this.#boots();
    const other = "0".repeat(40);
    const wrong = await node.run("host", `${HOSTOS} recover --version ${other} --version-hash ${sha256} --yes`);
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.stderr, /there is no such file/);
    assert.equal(await this.#boots(), boots);

    const request = JSON.stringify({ version, "version-hash": sha256 });
    await this.#onStick(`echo '${request}' > recovery.json`);
    assert.match(await node.must("host", `${HOSTOS} recover --usb --yes`), /Recovery is done/);
    await this.#runsIn("B");
    assert.equal((await node.status()).nodeId, before.nodeId);
    assert.equal(await node.must("guest", "cat /opt/ic/share/version.txt"), version);
  }

  /** Back to the slot of the beginning, where the guest confirms itself again. */
  async swapBack(): Promise<void> {
    assert.match(await this.#node.must("host", `${HOSTOS} alternative swap A --yes`), /starts from slot A/);
    await this.#runsIn("A");
  }

  async #runsIn(slot: "A" | "B"): Promise<void> {
    const node = this.#node;
    await eventually(`the guest has confirmed slot ${slot}`, BACK_SECONDS, async () => {
      const block = Buffer.from(await node.must("guest", "base64 -w0 /boot/grub/grubenv"), "base64");
      const { alternative, cycle } = bootStateOf(parseGrubenv(block));
      return alternative === slot && cycle === "stable";
    });
    assert.match(await node.must("guest", "cat /proc/cmdline"), new RegExp(`dfinity\\.system=${slot}`));
    await eventually("the node is healthy", BACK_SECONDS, async () => (await node.status()).healthy);
  }

  /** Has the testnet's file server serve the update image as a version for recoveries, and the host look there. */
  async #serve(version: string): Promise<string> {
    const files = join(this.#state, "files");
    const image = (await readdir(files)).find((name) => name.startsWith("guestos-update-img"));
    assert.ok(image !== undefined);
    const target = join(files, "ic", version, "guest-os/update-img-recovery/update-img.tar.zst");
    await mkdir(dirname(target), { recursive: true });
    await link(join(files, image), target);
    const prefix = (await this.#node.status()).host.ipv6.split(":").slice(0, 4).join(":");
    const settings = JSON.stringify({ download_bases: [`http://[${prefix}::80]`] });
    await this.#node.must("host", `echo '${settings}' > /boot/config/recovery.json`);
    return hash("sha256", await readFile(target));
  }

  #onStick(script: string): Promise<string> {
    const place = "/run/stick";
    return this.#node.must(
      "host",
      `mkdir -p ${place} && mount ${STICK} ${place} && { (cd ${place} && ${script}); umount ${place}; }`,
    );
  }

  /** Changes whenever the guest's machine is started. */
  async #boots(): Promise<string> {
    const text = await this.#node.must("host", "cat /run/icos/guest-vm/guestos.json");
    return /"pid": \d+/.exec(text)?.[0] ?? text;
  }
}
