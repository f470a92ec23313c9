import assert from "node:assert/strict";
import { join } from "node:path";
import { bootStateOf, parseGrubenv } from "@icos/slots";
import type { IcosCommand } from "../testnet/icos-command.ts";
import { writeDamagedImage } from "./damaged-image.ts";
import { eventually, type NestedNode } from "./nested-node.ts";

/** Two boots of the host, one of its guest; under emulation, on a busy machine. */
const SECONDS = 1_200;
const NEXT = "next";
const DAMAGED = "damaged";

/** How many virtual machines the host runs now; the images have no pgrep. */
const MACHINES = `now=0
for name in /proc/[0-9]*/comm; do read -r comm < "$name" 2>/dev/null && [[ $comm == qemu-system* ]] && now=$((now + 1)); done
echo "$now"`;

/** Upgrades of a nested node's host, asked for by the registry. The second one leaves the host in its other slot. */
export class HostUpgrades {
  readonly #icos: IcosCommand;
  readonly #node: NestedNode;
  readonly #testnet: string;

  constructor(icos: IcosCommand, node: NestedNode, testnet: string) {
    this.#icos = icos;
    this.#node = node;
    this.#testnet = testnet;
  }

  /** A version whose root file system is not what its hash says never comes up: the host is back by itself, and says so. */
  async damagedOneIsTakenBack(): Promise<void> {
    const node = this.#node;
    const { version } = (await node.status()).host;
    const boot = await node.bootId();
    const image = join(this.#icos.state, "damaged-update-img.tar.zst");
    await writeDamagedImage(await this.#nextImage(), image, DAMAGED);
    await this.#icos.must("testnet", "upgrade", this.#testnet, "--hostos", image, "--no-wait");
    const outcome = await eventually("the host is back and says what happened", SECONDS, async () => {
      const series = await node.must("host", "cat /run/node_exporter/collector_textfile/hostos_upgrade.prom");
      return /^hostos_upgrade_outcome\{.*outcome="gave-up".*$/m.exec(series)?.[0];
    });
    assert.match(outcome, /version="damaged"/);
    assert.match(outcome, /reason="it did not come up/);
    assert.notEqual(await node.bootId(), boot);
    assert.match(await node.must("host", "/opt/ic/bin/hostos status"), /Version damaged of HostOS was given up/);
    await this.#runs(version, "A");
  }

  /** Elected and assigned, the next version is downloaded, installed, booted from the other slot, and confirmed by the guest. */
  async nextOneIsConfirmed(): Promise<void> {
    const patience = ["--timeout", `${SECONDS}`];
    await this.#icos.must("testnet", "upgrade", this.#testnet, "--hostos", await this.#nextImage(), ...patience);
    await this.#runs(NEXT, "B");
    const record = await this.#node.must("host", "cat /boot/config/hostos-upgrade.json");
    assert.match(record, /"version":"next".*"kind":"confirmed".*"why":"the guest is healthy"/);
    assert.equal(await this.#node.must("host", "cat /run/icos/hostos-upgrade.json"), record);
    // It would have restarted the host if nothing else had ended the trial.
    assert.equal(await this.#node.must("host", "systemctl is-active leave-unconfirmed.timer"), "active");
    const ask = "/opt/ic/bin/vsock_guest --get-hostos-version";
    assert.equal(await this.#node.must("guest", ask), NEXT);
    assert.match(await this.#icos.must("admin", "get", "node", "node-0", "--testnet", this.#testnet), /next/);
  }

  /** Confirmed, with one machine, its guest healthy, and nothing failed. */
  async #runs(version: string | null, slot: "A" | "B"): Promise<void> {
    const node = this.#node;
    await eventually(`the node is healthy on HostOS ${version ?? "?"}`, SECONDS, async () => {
      const { healthy, host } = await node.status();
      return healthy && host.version === version && host.slot === slot && host.confirmed === true;
    });
    const block = Buffer.from(await node.must("host", "base64 -w0 /boot/grub/grubenv"), "base64");
    assert.deepEqual(bootStateOf(parseGrubenv(block)), { alternative: slot, cycle: "stable" });
    assert.equal(await node.must("host", MACHINES), "1");
    assert.equal(await node.must("host", "systemctl --failed --no-legend --plain"), "");
  }

  async #nextImage(): Promise<string> {
    const text = await this.#icos.must("image", "build", "hostos", "--variant", "dev", "--version", NEXT, "--json");
    const { updateImage } = JSON.parse(text) as { readonly updateImage: { readonly path: string } };
    return updateImage.path;
  }
}
