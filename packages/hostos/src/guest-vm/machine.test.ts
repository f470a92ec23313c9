import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CONFIG_OBJECTS, readObject } from "@icos/config";
import { renderLibvirt, renderQemu, type GuestBoot } from "@icos/vm";
import { hostosObject } from "./fake-guest.ts";
import type { GuestVmRole } from "./identity.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { guestMachine } from "./machine.ts";
import { createPlaces } from "./places.ts";
import { planGuestVm, type Variant } from "./plan-guest-vm.ts";

/** Each is what HostOS gives QEMU (`.args`, a line for each argument), and the same machine for libvirt (`.xml`). */
const GOLDEN = join(import.meta.dirname, "golden");

const SERVER: MachineFacts = {
  memoryMiB: 515_000,
  cpus: 64,
  topologyExtensions: true,
  hugepages: { pool: 243 * 1024, available: 243 * 1024 },
  kvm: { kind: "usable" },
  vhostNet: true,
  vhostVsock: { kind: "usable" },
  sevSnp: { kind: "usable" },
  guests: 1,
};

interface Case {
  readonly name: string;
  readonly role?: GuestVmRole;
  readonly variant?: Variant;
  readonly facts?: Partial<MachineFacts>;
  readonly host?: Parameters<typeof hostosObject>[0];
}

const CASES: readonly Case[] = [
  { name: "guestos_vm_kvm" },
  { name: "guestos_vm_qemu", variant: "dev", host: { vm_cpu: "qemu", vm_memory: 16 }, facts: { vhostNet: false } },
  { name: "guestos_vm_sev", host: { tee: true } },
  { name: "upgrade_guestos", role: { type: "upgrade" } },
  {
    name: "multi_guestos_vm",
    role: { type: "default", slot: 16 },
    facts: { hugepages: { pool: 0, available: 0 }, guests: 4 },
  },
];

function machineOf({ role = { type: "default", slot: 0 }, variant = "prod", facts, host }: Case) {
  const config = readObject(CONFIG_OBJECTS.HostOS, JSON.stringify(hostosObject(host)), "config.json").config;
  const plan = planGuestVm({ host: config, facts: { ...SERVER, ...facts }, variant, role });
  const places = createPlaces(role);
  const slot = role.type === "upgrade" ? "B" : "A";
  const boot: GuestBoot = {
    kind: "direct",
    slot,
    label: "stable",
    kernel: join(places.run, "boot/vmlinuz"),
    initrd: join(places.run, "boot/initrd.img"),
    commandLine: `root=/dev/disk/by-partuuid/x console=ttyS0 dfinity.system=${slot} root_hash=y`,
    firmware: plan.confidential === undefined ? undefined : join(places.run, "boot/OVMF_SEV.fd"),
    commit: () => Promise.resolve(),
  };
  const variables = plan.confidential === undefined ? join(places.lib, `${plan.identity.name}_VARS.fd`) : undefined;
  const medium = join(places.run, "config.img");
  return guestMachine({ plan, boot, medium, variables, storage: "block-device", places });
}

function compare(file: string, content: string): void {
  const path = join(GOLDEN, file);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, content);
  assert.equal(content, readFileSync(path, "utf8"), `${file} (UPDATE_GOLDEN=1 writes it anew)`);
}

for (const each of CASES) {
  void test(`the machine ${each.name} is as its golden files say`, () => {
    const machine = machineOf(each);
    compare(`${each.name}.args`, `${renderQemu({ ...machine, startPaused: true }).join("\n")}\n`);
    compare(`${each.name}.xml`, renderLibvirt(machine));
  });
}

void test("a guest that its own boot loader starts has the firmware and no kernel", () => {
  const [first] = CASES;
  assert.ok(first);
  const machine = machineOf(first);
  const boot = { kind: "disk", firmware: machine.boot.firmware } as const;
  const xml = renderLibvirt({ ...machine, boot });
  assert.match(xml, /<boot dev='hd'\/>/);
  assert.doesNotMatch(xml, /<kernel>/);
});
