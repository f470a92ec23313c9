import assert from "node:assert/strict";
import { test } from "node:test";
import { CONFIG_OBJECTS, readObject } from "@icos/config";
import type { IcosError } from "@icos/system";
import { hostosObject } from "./fake-guest.ts";
import { guestVmIdentity, type GuestVmRole } from "./identity.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { planGuestVm, type GuestVmPlan, type Variant } from "./plan-guest-vm.ts";
import { planMemory, planTopology, planVcpus } from "./plan-resources.ts";
import { planHugepages } from "./reserve-hugepages.ts";

const GUEST: GuestVmRole = { type: "default", slot: 0 };
const usable = { kind: "usable" } as const;
const unusable = (reason: string) => ({ kind: "unusable", reason }) as const;

/** A server of the third generation without confidential guests. */
const SERVER: MachineFacts = {
  memoryMiB: 515_000,
  cpus: 64,
  topologyExtensions: true,
  hugepages: { pool: 0, available: 0 },
  kvm: usable,
  vhostNet: true,
  vhostVsock: usable,
  sevSnp: unusable("the kernel has not enabled SEV-SNP"),
  guests: 1,
};

function host(more: Parameters<typeof hostosObject>[0] = {}) {
  return readObject(CONFIG_OBJECTS.HostOS, JSON.stringify(hostosObject(more)), "config.json").config;
}

function plan(
  variant: Variant,
  facts: Partial<MachineFacts> = {},
  more: Parameters<typeof hostosObject>[0] & { role?: GuestVmRole } = {},
): GuestVmPlan {
  return planGuestVm({ host: host(more), facts: { ...SERVER, ...facts }, variant, role: more.role ?? GUEST });
}

function refusal(planned: () => unknown): string {
  try {
    planned();
  } catch (error) {
    return (error as IcosError).code;
  }
  return "none";
}

void test("a production guest has what the upgrade VM leaves of 490 GiB, and 64 CPUs", () => {
  const guest = plan("prod");
  assert.equal(guest.memoryMiB, 486 * 1024);
  assert.deepEqual([guest.vcpus, guest.topology], [64, { sockets: 2, cores: 16, threads: 2 }]);
  assert.deepEqual(guest.accelerator, { kind: "kvm" });
  assert.equal(guest.cpu, "host,migratable=off,host-cache-info=on,topoext=on");
  assert.equal(plan("prod", {}, { role: { type: "upgrade" } }).memoryMiB, 4 * 1024);
});

void test("a production guest's size does not follow the configuration of development images", () => {
  assert.equal(plan("prod", {}, { vm_memory: 8, vm_cpu: "qemu" }).memoryMiB, 486 * 1024);
  assert.deepEqual(plan("prod", {}, { vm_cpu: "qemu" }).accelerator, { kind: "kvm" });
});

void test("memory: the total less 4 GiB, in equal parts of whole hugepages, never more than there is", () => {
  const of = (totalMemoryGiB: number, guests = 1, type: "default" | "upgrade" = "default") =>
    planMemory(type, { totalMemoryGiB, vcpus: 1 }, { memoryMiB: 100_000, guests });
  assert.equal(of(16), 12 * 1024);
  assert.equal(of(5), 1024);
  assert.equal(of(5, 3), 340);
  assert.equal(of(4, 1, "upgrade"), 4096);
  assert.equal(of(97, 1, "upgrade"), 4096);
  for (const total of [0, 3, 4])
    assert.equal(
      refusal(() => of(total)),
      "memory-too-small",
    );
  assert.equal(
    refusal(() => of(3, 1, "upgrade")),
    "memory-too-small",
  );
  assert.equal(
    refusal(() => of(102)),
    "not-enough-memory",
  );
  assert.equal(
    refusal(() => of(102, 2)),
    "not-enough-memory",
  );
  // Its own 4 GiB would fit; the guest has the rest already.
  assert.equal(
    refusal(() => of(98, 1, "upgrade")),
    "not-enough-memory",
  );
});

void test("CPUs: sockets, cores and threads as upstream divides them, and no more than the machine has", () => {
  const shapes = [56, 64, 16, 4, 6, 2, 7, 1].map((count) => {
    const { sockets, cores, threads } = planTopology(count);
    return [count, sockets, cores, threads];
  });
  assert.deepEqual(shapes, [
    [56, 2, 14, 2],
    [64, 2, 16, 2],
    [16, 2, 4, 2],
    [4, 2, 1, 2],
    [6, 1, 3, 2],
    [2, 1, 1, 2],
    [7, 1, 7, 1],
    [1, 1, 1, 1],
  ]);
  const wish = { totalMemoryGiB: 16, vcpus: 16 };
  assert.equal(planVcpus(wish, { cpus: 2, guests: 1 }), 2);
  assert.equal(planVcpus(wish, { cpus: 64, guests: 4 }), 4);
  assert.equal(planVcpus(wish, { cpus: 1, guests: 4 }), 1);
});

void test("hugepages are used when enough are free, and never for a confidential guest or the upgrade VM", () => {
  const enough = (486 * 1024) / 2;
  const hugepages = { pool: enough, available: enough };
  assert.equal(plan("prod", { hugepages }).memory, "hugepages");
  assert.equal(plan("prod").memory, "private");
  const confidential = plan("prod", { hugepages, sevSnp: usable }, { tee: true });
  assert.equal(confidential.memory, "memfd");
  assert.equal(plan("prod", { hugepages }, { role: { type: "upgrade" } }).memory, "private");
  assert.equal(planHugepages(host(), "prod", SERVER), enough);
  assert.equal(planHugepages(host(), "dev", { ...SERVER, guests: 2 }), 2048);
  assert.equal(planHugepages(host({ tee: true }), "prod", SERVER), 0);
});

void test("a guest that misses a page does not take as much plain memory beside the pages that lie idle", () => {
  const enough = (486 * 1024) / 2;
  assert.equal(
    refusal(() => plan("prod", { hugepages: { pool: enough - 1, available: enough - 1 } })),
    "hugepages-short",
  );
  assert.equal(plan("prod", { memoryMiB: 2 * 515_000, hugepages: { pool: enough, available: 0 } }).memory, "private");
});

void test("a confidential guest gets upstream's launch, on a machine that can do it", () => {
  const guest = plan("prod", { sevSnp: usable }, { tee: true });
  assert.deepEqual(guest.confidential, { cbitpos: 51, reducedPhysBits: 1, policy: 0x30000 });
  assert.equal(guest.cpu, "EPYC-v4,topoext=on,l3-cache=off");
  assert.equal(
    refusal(() => plan("prod", {}, { tee: true })),
    "sev-unusable",
  );
});

void test("without KVM only a development image that asks for emulation runs a guest", () => {
  const none = { kvm: unusable("there is no /dev/kvm") };
  assert.equal(
    refusal(() => plan("prod", none, { vm_cpu: "qemu" })),
    "kvm-unusable",
  );
  assert.equal(
    refusal(() => plan("dev", none)),
    "kvm-unusable",
  );
  const emulated = plan("dev", none, { vm_cpu: "qemu" });
  assert.deepEqual([emulated.accelerator, emulated.cpu], [{ kind: "tcg" }, undefined]);
});

void test("what is missing and not needed is a warning", () => {
  const guest = plan("prod", { cpus: 48, vhostNet: false, vhostVsock: unusable("there is no /dev/vhost-vsock") });
  assert.equal(guest.vsockCid, undefined);
  assert.deepEqual(
    guest.warnings.map((warning) => warning.split(":")[0]),
    [
      "The guest gets 48 virtual CPUs",
      "The guest's memory is not in hugepages",
      "The guest's network is slower than it could be",
      "The guest has no channel to the host (vsock)",
    ],
  );
});

void test("names, addresses and numbers of each machine are upstream's", () => {
  const of = (role: GuestVmRole) => guestVmIdentity(host(), role);
  const first = of(GUEST);
  assert.deepEqual(
    [first.name, first.uuid, first.mac, first.tap, first.vsockCid],
    ["guestos", "fd897da5-8017-41c8-8575-a706dba30766", "6a:01:ae:1a:09:bb", "guest0", 3],
  );
  const sixteenth = of({ type: "default", slot: 16 });
  assert.deepEqual(
    [sixteenth.name, sixteenth.uuid, sixteenth.mac, sixteenth.vsockCid],
    ["guestos16", "fd897da5-8017-41c8-8575-a706dba30710", "7a:01:10:ae:1a:09", 19],
  );
  const upgrade = of({ type: "upgrade" });
  assert.deepEqual(
    [upgrade.name, upgrade.uuid, upgrade.tap, upgrade.vsockCid],
    ["upgrade-guestos", "1ea49839-7f46-4560-a4c7-fce677bbfbbd", "upgrade0", 259],
  );
});
