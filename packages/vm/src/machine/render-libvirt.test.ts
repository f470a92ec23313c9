import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineDefinition } from "./definition.ts";
import { renderLibvirt } from "./render-libvirt.ts";
import { element, formatXml } from "./xml.ts";

const NODE: MachineDefinition = {
  name: "node-1",
  uuid: "7f0c9e1e-5d7c-4b3e-9a0b-2f6f3f0d7a11",
  memoryMiB: 1024,
  vcpus: 2,
  accelerator: { kind: "kvm" },
  boot: { kind: "direct", kernel: "/k", initrd: "/i", commandLine: `a="<b>" & 'c'` },
  disks: [{ file: "/var/n/disk.qcow2", format: "qcow2", serial: "guestos" }],
  networkCards: [],
  serialLog: "/var/n/serial.log",
  serialSocket: "/run/n/serial",
  qmpSocket: "/run/n/qmp",
};

void test("text and attributes are escaped, attributes that are undefined left out", () => {
  const xml = formatXml(
    element("a", { b: "'<&>\"", c: undefined }, [element("d", {}, "x & y"), undefined, [element("e")]]),
  );
  assert.equal(xml, "<a b='&apos;&lt;&amp;&gt;&quot;'>\n  <d>x &amp; y</d>\n  <e/>\n</a>\n");
});

void test("a plain machine has QEMU's memory, the host's processor and no devices that nobody asked for", () => {
  const xml = renderLibvirt(NODE);
  assert.match(xml, /<cmdline>a=&quot;&lt;b&gt;&quot; &amp; &apos;c&apos;<\/cmdline>/);
  assert.match(
    xml,
    /<cpu mode='host-passthrough' check='none'>\n {4}<topology sockets='1' dies='1' cores='2' threads='1'\/>/,
  );
  assert.match(xml, /<disk type='file' device='disk'>\n.*\n {6}<source file='\/var\/n\/disk.qcow2'\/>/);
  assert.match(xml, /<memballoon model='none'\/>/);
  for (const absent of ["memoryBacking", "vsock", "watchdog", "panic", "launchSecurity", "qemu:commandline", "timer"]) {
    assert.ok(!xml.includes(`<${absent}`), absent);
  }
});

void test("a USB stick is a removable disk on USB", () => {
  const xml = renderLibvirt({ ...NODE, devices: { usb: true, stick: "/var/n/stick.img" } });
  assert.match(xml, /<source file='\/var\/n\/stick.img'\/>\n +<target dev='sda' bus='usb' removable='on'\/>/);
});

void test("what libvirt cannot say is refused", () => {
  const networkCards = [{ mac: "6a:01:00:00:00:01", switchSocket: "/run/n/net" }];
  assert.throws(() => renderLibvirt({ ...NODE, networkCards }), { code: "libvirt-unsupported" });
  const disks = [{ file: "/var/n/disk.raw", format: "raw", bus: "nvme", serial: "n" }] as const;
  assert.throws(() => renderLibvirt({ ...NODE, disks }), { code: "libvirt-unsupported" });
  assert.throws(() => renderLibvirt({ ...NODE, memoryMiB: 1 }), { code: "machine-invalid" });
});
