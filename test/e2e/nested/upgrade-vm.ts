import assert from "node:assert/strict";
import { runStateSchema, type GuestVmState } from "@icos/hostos";
import * as v from "valibot";
import { eventually, readConsole, type NestedNode } from "./nested-node.ts";
import { onRootConsole } from "./root-console.ts";

const ASK = "/opt/ic/bin/vsock_guest --start-upgrade-guest-vm";
const STATE = "/run/icos/guest-vm/upgrade-guestos.json";
/** For a boot under emulation. */
const BOOT_SECONDS = 600;

/** The first MiB of the store, past the caches. */
const READ_STORE = "dd if=/dev/vda10 bs=1M count=1 iflag=direct 2>/dev/null | sha256sum";
const OVERWRITE_STORE = "dd if=/dev/zero of=/dev/vda10 bs=1M count=1 oflag=direct conv=notrunc 2>/dev/null";

/** The machine that boots a guest's other slot, asked for by the guest. */
export class UpgradeVm {
  readonly #node: NestedNode;

  constructor(node: NestedNode) {
    this.#node = node;
  }

  /** Nothing in the other slot: the guest gets the reason, so do the screens and the metrics, and nothing is left. */
  async isRefusedWithoutASlot(): Promise<void> {
    const node = this.#node;
    const pid = await this.#guestPid();
    const { code, stderr } = await node.run("guest", ASK);
    assert.notEqual(code, 0);
    assert.match(stderr, /boot partition of slot B .*lacks .*vmlinuz/s);
    assert.match(await readConsole(await node.status()), /upgrade-guestos cannot be started: .*slot B/);
    assert.equal(await this.#metric(), 0);
    await this.#leavesNothing(pid);
  }

  /** From the guest in slot B: the other slot runs beside it and cannot change its store; stopped, nothing is left of it. */
  async runsTheOtherSlot(): Promise<void> {
    const node = this.#node;
    const pid = await this.#guestPid();
    const store = await node.must("guest", READ_STORE);
    await node.must("guest", ASK);
    const state = await this.#state();
    assert.ok(state.kind === "running" && state.slot === "A", JSON.stringify(state));
    assert.equal(await this.#metric(), 1);
    const command = (await node.must("host", `tr '\\0' ' ' < /proc/${state.pid}/cmdline`)).split(" ");
    assert.ok(command.includes("size=4096M"), command.join(" "));
    assert.ok(command.includes("vhost-vsock-pci,guest-cid=259"), command.join(" "));
    assert.equal(await this.#macs(), 3, "two guests and this one");
    // This version of GuestOS hands no key over: it says so and does not touch the disk.
    await eventually("the other slot has booted", BOOT_SECONDS, async () => {
      const text = await node.must("host", "cat /var/log/guestos/upgrade-guestos-serial.log");
      return text.includes("guest_vm_type is upgrade");
    });

    const seen = await onRootConsole(node, "upgrade-guestos", `${READ_STORE}; ${OVERWRITE_STORE}; ${READ_STORE}`);
    const [before, after] = seen.match(/[0-9a-f]{64}/g) ?? [];
    assert.equal(before, store.slice(0, 64), "it can read the store");
    assert.notEqual(after, before, "it sees what it has written");
    assert.equal(await node.must("guest", READ_STORE), store, "the guest's store is as it was");

    await node.must("host", "systemctl stop upgrade-guestos.service");
    assert.equal(await this.#metric(), 0);
    await this.#leavesNothing(pid);
  }

  async #leavesNothing(pid: number): Promise<void> {
    const node = this.#node;
    await eventually("its disk is gone", 60, async () => {
      const left = await node.must(
        "host",
        "ls /dev/mapper; losetup --list --noheadings; ls /run/upgrade-disk 2>/dev/null; true",
      );
      return !/upgrade-guestos|guestos-data|upgrade-disk|scratch/.test(left);
    });
    await node.must("host", "systemctl reset-failed upgrade-guestos.service 2>/dev/null; true");
    assert.equal(await this.#guestPid(), pid, "the guest's machine is the same");
    await eventually("the guest is healthy", 60, async () => (await node.status()).healthy);
  }

  /** Different network cards behind the host's bridge. */
  async #macs(): Promise<number> {
    const script = `for pid in /proc/[0-9]*; do tr '\\0' '\\n' < $pid/cmdline 2>/dev/null; done; true`;
    const found = (await this.#node.must("host", script)).match(/virtio-net-pci,netdev=net0,mac=[0-9a-f:]{17}/g) ?? [];
    return new Set(found).size;
  }

  async #metric(): Promise<number> {
    const text = await this.#node.must(
      "host",
      "cat /run/node_exporter/collector_textfile/hostos_guestos_upgrade_service.prom",
    );
    return Number(/service_start\{vm_type="upgrade"\} (\d)/.exec(text)?.[1] ?? Number.NaN);
  }

  async #state(): Promise<GuestVmState> {
    return stateIn(await this.#node.must("host", `cat ${STATE}`));
  }

  async #guestPid(): Promise<number> {
    const state = stateIn(await this.#node.must("host", "cat /run/icos/guest-vm/guestos.json"));
    return state.kind === "running" ? state.pid : 0;
  }
}

function stateIn(text: string): GuestVmState {
  return v.parse(runStateSchema, JSON.parse(text)).state;
}
