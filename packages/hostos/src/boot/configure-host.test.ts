import assert from "node:assert/strict";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { formatObject } from "@icos/config";
import { BOOT_CYCLES, bootStateOf, newGrubenv, parseGrubenv, SLOTS, type BootState } from "@icos/slots";
import { testingHostConfig } from "../testing-host-config.ts";
import { bootFailurePath, readBootFailure } from "./boot-failure.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { partitionName } from "./system-disk.ts";

const CONFIG = "boot/config/config.json";
const KEY = "boot/config/node_operator_private_key.pem";
const GRUBENV = "boot/grub/grubenv";
/** What GRUB leaves of an upgrade to the slot that runs when it cannot write. */
const NOT_STORED: BootState = { alternative: "B", cycle: "first_boot" };

async function onHost(body: (host: FakeHost) => Promise<void>): Promise<void> {
  const host = await createFakeHost();
  try {
    await host.write(CONFIG, formatObject(testingHostConfig()));
    await body(host);
  } finally {
    await host.remove();
  }
}

void test("a host's boot: modules, volumes, its own /var, which is made once, configuration and name", () =>
  onHost(async (host) => {
    const { configured, console } = await host.boot();
    assert.ok(configured, console.join("\n"));
    assert.match(console.join("\n"), /^hostos: configured in \d+\.\d s: slot B$/);
    const mounts =
      "mount --all --fstab /run/hostos/boot.fstab: " +
      "/dev/hostlvm/config /boot/config ext4 noatime,nosuid,nodev,noexec 0 0\n" +
      "/dev/nvme1n1p2 /boot/grub vfat ro,noatime,nosuid,nodev,noexec,umask=0022 0 0";
    const mountVar = "mount --all --fstab /run/hostos/var.fstab: /dev/hostlvm/B_var /var ext4 noatime,nosuid,nodev 0 0";
    const rest = host.commands.filter((command) => !command.startsWith("modprobe "));
    assert.deepEqual(rest, [
      "vgchange --quiet --activate y hostlvm",
      "pvs --noheadings -o pv_name --select vg_name=hostlvm",
      mounts,
      "mkfs.ext4 -q -F -E lazy_itable_init=1,lazy_journal_init=1,nodiscard -L var -d /var /dev/hostlvm/B_var",
      mountVar,
      "journalctl --flush",
    ]);
    assert.equal(await host.read("proc/sys/kernel/hostname"), "host-000000000000");
    host.commands.length = 0;
    await host.boot();
    assert.ok(host.commands.includes(mountVar) && !host.commands.some((command) => command.startsWith("mkfs")));
  }));

void test("the boot partition is on the system's disk, wherever LVM names that among the group's", () =>
  onHost(async (host) => {
    const found = async (physicalVolumes: string): Promise<string> => {
      host.physicalVolumes = physicalVolumes;
      host.commands.length = 0;
      const { configured, console } = await host.boot();
      return configured ? (/(\S+) \/boot\/grub/.exec(host.commands.join("\n"))?.[1] ?? "") : console.join("\n");
    };
    for (const volumes of [
      "/dev/nvme1n1p3",
      "/dev/nvme0n1\n/dev/nvme1n1p3",
      "[unknown]\n  /dev/nvme1n1p3\n/dev/nvme0n1",
    ])
      assert.equal(await found(volumes), "/dev/nvme1n1p2", volumes);
    for (const volumes of ["", "/dev/nvme0n1", "[unknown]"])
      assert.match(await found(volumes), /lies on no disk with a boot partition/, volumes);
    assert.deepEqual([partitionName("sda", 2), partitionName("nvme0n1", 2)], ["sda2", "nvme0n1p2"]);
  }));

const remounts = ({ commands }: FakeHost): readonly string[] =>
  commands.filter((command) => command.includes("remount"));
const warnings = ({ logged }: FakeHost): readonly string[] => logged.filter((line) => line.startsWith("warning"));

void test("a first boot that GRUB could not store is stored by the host, once, however often its program starts", () =>
  onHost(async (host) => {
    await host.write(GRUBENV, newGrubenv(NOT_STORED));
    for (const _ of ["first", "again"]) {
      assert.ok((await host.boot()).configured);
      const stored = bootStateOf(parseGrubenv(Buffer.from(await host.read(GRUBENV))));
      assert.deepEqual(stored, { alternative: "B", cycle: "failsafe_check" });
      assert.deepEqual(remounts(host), ["mount -o remount,rw /boot/grub", "mount -o remount,ro /boot/grub"]);
      assert.deepEqual(warnings(host), ["warning: GRUB could not store the boot state; the host does it now"]);
    }
  }));

void test("a first boot is stored before anything of the version can fail that comes after the volumes", () =>
  onHost(async (host) => {
    await host.write(GRUBENV, newGrubenv(NOT_STORED));
    await host.write(CONFIG, "damaged");
    await rm(join(host.layout.dev, "hostlvm/B_var"));
    assert.ok(!(await host.boot()).configured);
    assert.match(await host.read(GRUBENV), /boot_cycle=failsafe_check/);
  }));

void test("in every other state, of this slot or the other one, the boot writes nothing", () =>
  onHost(async (host) => {
    for (const alternative of SLOTS)
      for (const cycle of BOOT_CYCLES) {
        if (alternative === NOT_STORED.alternative && cycle === NOT_STORED.cycle) continue;
        if (alternative === "A" && cycle === "failsafe_check") continue; // a trial of A that B, which runs, has ended
        const block = newGrubenv({ alternative, cycle });
        await host.write(GRUBENV, block);
        assert.ok((await host.boot()).configured);
        assert.equal(await host.read(GRUBENV), block.toString(), `${alternative} ${cycle}`);
      }
    assert.deepEqual([remounts(host), warnings(host)], [[], []]);
  }));

void test("a boot state that cannot be written or read is a warning, and the host comes up", () =>
  onHost(async (host) => {
    const cannot = "warning: the boot state cannot be read or stored";
    const block = newGrubenv(NOT_STORED);
    await host.write(GRUBENV, block);
    host.writable = false;
    assert.ok((await host.boot()).configured);
    assert.equal(await host.read(GRUBENV), block.toString());
    assert.deepEqual(warnings(host), ["warning: GRUB could not store the boot state; the host does it now", cannot]);
    host.logged.length = 0;
    await host.write(GRUBENV, "damaged");
    assert.ok((await host.boot()).configured);
    assert.deepEqual(warnings(host), [cannot]);
  }));

void test("a drive that comes late is waited for, and without one that is dead the host is there all the same", () =>
  onHost(async (host) => {
    host.failures = 2;
    assert.ok((await host.boot()).configured);
    assert.deepEqual(host.slept, [2_000, 2_000]);
    host.failures = Infinity;
    assert.ok((await host.boot()).configured);
    assert.equal(host.slept.length, 2 + 14);
    await rm(join(host.layout.dev, "hostlvm/B_var"));
    const { configured, console } = await host.boot();
    assert.ok(!configured);
    assert.match(console.join("\n"), /partial LV hostlvm\/guestos/);
  }));

void test("what is published of the configuration holds no key, and the files that may become root's alone", () =>
  onHost(async (host) => {
    const key = "-----BEGIN EC PRIVATE KEY-----\nMHQC\n-----END EC PRIVATE KEY-----\n";
    const config = testingHostConfig();
    const object = { ...config, icos_settings: { ...config.icos_settings, node_operator_private_key: key } };
    await host.write(CONFIG, JSON.stringify(object), 0o644);
    await host.write(KEY, key, 0o644);
    assert.ok((await host.boot()).configured);
    const mode = async (...path: string[]): Promise<number> => (await stat(join(...path))).mode & 0o777;
    const { bootConfig, run } = host.layout;
    assert.equal(await mode(bootConfig, "config.json"), 0o600);
    assert.equal(await mode(bootConfig, "node_operator_private_key.pem"), 0o600);
    assert.equal(await mode(run, "config/config.json"), 0o644);
    const published = await host.read("run/config/config.json");
    assert.equal(published, formatObject(config));
    assert.ok(!published.includes("PRIVATE KEY"));
  }));

void test("what is wrong is said on the console, and the next try goes on from there", () =>
  onHost(async (host) => {
    await host.write(CONFIG, '{"config_version":7}');
    const wrong = await host.boot();
    assert.ok(!wrong.configured);
    assert.match(wrong.console.join("\n"), /^hostos: .*config_version/m);
    assert.match(wrong.console.join("\n"), /network_settings/);
    const told = await readBootFailure(bootFailurePath(host.layout));
    assert.equal(told?.phase, "configuration");
    assert.ok(
      told?.lines.some((line) => /^Field: .*network_settings/.test(line)),
      told?.lines.join("\n"),
    );
    await rm(join(host.layout.bootConfig, "config.json"));
    const absent = await host.boot();
    assert.match(
      absent.console.join("\n"),
      /The host has no configuration: \/boot\/config\/config\.json cannot be read/,
    );
    await host.write(CONFIG, formatObject(testingHostConfig()));
    assert.ok((await host.boot()).configured);
    assert.equal(await readBootFailure(bootFailurePath(host.layout)), undefined);
    await host.write("opt/ic/share/variant", "other\n");
    assert.match((await host.boot()).console.join("\n"), /its variant is "other"/);
  }));
