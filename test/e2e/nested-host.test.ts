import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { FurtherGuest } from "./nested/further-guest.ts";
import { eventually, NestedNode, readConsole } from "./nested/nested-node.ts";
import { Recovery } from "./nested/recovery.ts";
import { UpgradeVm } from "./nested/upgrade-vm.ts";
import { createIcosCommand, leftovers, type IcosCommand } from "./testnet/icos-command.ts";
import { RunningTestnet } from "./testnet/running-testnet.ts";

const NAME = "nested-host";
/** Room for two guests, the machine of an upgrade beside them, and a stick in the host's machine. */
const TOPOLOGY = {
  nodes: [{ name: "node-0", nested: true, guests: 2, hostMemoryMiB: 5_120, usbStickMiB: 128 }],
  subnets: [{ name: "subnet-0", nodes: ["node-0"] }],
};
/** Host and guests boot one after the other under emulation; a busy machine may need several times that. */
const PATIENCE = ["--timeout", "1500"];
const BOOT_SECONDS = 600;

/** It takes half an hour under emulation: it is asked for, as the other story of a nested node is. */
const SKIP = process.env["ICOS_E2E_NESTED"] === "1" ? false : "set ICOS_E2E_NESTED=1";

void suite("what a HostOS does beside running its guest", { skip: SKIP }, () => {
  let icos: IcosCommand;
  let node: NestedNode;
  let network: RunningTestnet;
  let further: FurtherGuest;
  let upgradeVm: UpgradeVm;
  let recovery: Recovery;
  let passed = 0;

  before(async () => {
    icos = await createIcosCommand();
    node = new NestedNode(icos, NAME);
    network = new RunningTestnet(icos, NAME);
    further = new FurtherGuest(node, network);
    upgradeVm = new UpgradeVm(node);
    recovery = new Recovery(node, network.directories.state);
    const topology = join(icos.state, "topology.json");
    await writeFile(topology, JSON.stringify(TOPOLOGY));
    try {
      await icos.must("testnet", "up", NAME, "--topology", topology, ...PATIENCE);
    } catch (cause) {
      throw new Error(`See ${await node.keepEvidence()}`, { cause });
    }
  });
  after(async () => {
    await icos.run("testnet", "down", NAME, "--yes");
    await icos.remove();
  });

  /** A step of the story. What a failed one leaves behind is kept and named. */
  function step(name: string, body: () => Promise<void>): void {
    void test(name, async () => {
      try {
        await body();
        passed += 1;
      } catch (cause) {
        throw new Error(`Consoles and journal: ${await node.keepEvidence()}`, { cause });
      }
    });
  }

  step("an upgrade VM without a slot to boot is refused, and the guest does not notice", () =>
    upgradeVm.isRefusedWithoutASlot(),
  );
  step("a swap to a slot that was never installed is refused", () => recovery.swapToAnEmptySlotIsRefused());
  step("diagnostics are written to a USB stick", () => recovery.diagnosticsGoToTheStick());
  step("a further guest runs on its own disk, with its own address, and has no say over the host", () =>
    further.isANodeOfItsOwn(),
  );
  step("a recovery read from a USB stick brings GuestOS up in its other slot", () =>
    recovery.versionOnAStickIsInstalled(),
  );
  step("an upgrade VM runs the other slot and cannot change the guest's store", () => upgradeVm.runsTheOtherSlot());
  step("a swap brings the guest back in the slot it came from", () => recovery.swapBack());
  step("a guest that hangs is started again by its watchdog", () => further.isStartedAgainWhenItHangs());
  step("a host that cannot say that its version is confirmed is restarted by what comes last", async () => {
    const boot = await node.bootId();
    // On a version that is confirmed it does nothing.
    await node.must("host", "systemctl start leave-unconfirmed.service");
    // Not by the session, which has mounts of its own.
    const forget = "systemd-run --quiet --property=Type=oneshot umount /boot/grub";
    await node.must("host", `${forget} && systemctl start --no-block leave-unconfirmed.service`);
    await eventually("the host boots again", BOOT_SECONDS, async () => {
      const { code, stdout } = await node.run("host", "cat /proc/sys/kernel/random/boot_id");
      return code === 0 && stdout.trim() !== boot;
    });
    assert.match(await readConsole(await node.status()), /This version of HostOS was not confirmed in time\./);
  });

  void test("down leaves nothing behind", async (context) => {
    if (passed === 0) return context.skip("the node did not come up");
    await icos.must("testnet", "down", NAME, "--yes");
    assert.deepEqual(await leftovers([icos.state, icos.runtime]), []);
  });
});
