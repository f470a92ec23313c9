import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineDefinition } from "./definition.ts";
import { renderQemu } from "./render-qemu.ts";

const NODE: MachineDefinition = {
  name: "node-1",
  uuid: "7f0c9e1e-5d7c-4b3e-9a0b-2f6f3f0d7a11",
  memoryMiB: 1024,
  vcpus: 2,
  accelerator: { kind: "tcg" },
  boot: {
    kind: "direct",
    kernel: "/run/n1/vmlinuz",
    initrd: "/run/n1/initrd.img",
    commandLine: "root=/dev/vda5 console=ttyS0 dfinity.system=A",
  },
  disks: [{ file: "/var/n,1/disk.qcow2", format: "qcow2", serial: "guestos" }],
  configMedium: "/var/n,1/config.img",
  networkCards: [{ mac: "6a:01:00:00:00:01", switchSocket: "/run/n1/switch.sock" }],
  serialLog: "/var/n,1/serial.log",
  serialSocket: "/run/n1/serial.sock",
  qmpSocket: "/run/n1/qmp.sock",
};

void test("the command line of a directly booted node under emulation", () => {
  const expected = [
    "qemu-system-x86_64",
    ["-name", "guest=node-1,debug-threads=on", "-nodefaults", "-no-user-config", "-display", "none"],
    ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"],
    ["-machine", "q35,usb=off,vmport=off,smbus=off,sata=off", "-accel", "tcg,thread=multi,tb-size=256"],
    ["-cpu", "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+rdrand,+aes,+pclmulqdq,+sha-ni"],
    ["-smp", "cpus=2,sockets=1,cores=2,threads=1", "-m", "size=1024M"],
    ["-uuid", "7f0c9e1e-5d7c-4b3e-9a0b-2f6f3f0d7a11", "-rtc", "base=utc"],
    ["-action", "reboot=shutdown,shutdown=poweroff,panic=shutdown,watchdog=reset"],
    ["-chardev", "socket,id=qmp,path=/run/n1/qmp.sock,server=on,wait=off", "-mon", "chardev=qmp,mode=control"],
    "-chardev",
    "socket,id=serial0,path=/run/n1/serial.sock,server=on,wait=off,logfile=/var/n,,1/serial.log,logappend=on",
    ["-serial", "chardev:serial0", "-kernel", "/run/n1/vmlinuz", "-initrd", "/run/n1/initrd.img"],
    ["-append", "root=/dev/vda5 console=ttyS0 dfinity.system=A"],
    "-blockdev",
    '{"node-name":"disk0-file","driver":"file","filename":"/var/n,1/disk.qcow2","discard":"unmap","read-only":false}',
    "-blockdev",
    '{"node-name":"disk0","driver":"qcow2","file":"disk0-file","discard":"unmap","read-only":false}',
    ["-device", "virtio-blk-pci,drive=disk0,serial=guestos"],
    "-blockdev",
    '{"node-name":"disk1-file","driver":"file","filename":"/var/n,1/config.img","discard":"ignore","read-only":true}',
    "-blockdev",
    '{"node-name":"disk1","driver":"raw","file":"disk1-file","discard":"ignore","read-only":true}',
    ["-device", "virtio-blk-pci,drive=disk1,serial=config"],
    "-netdev",
    '{"type":"stream","id":"net0","server":false,"addr":{"type":"unix","path":"/run/n1/switch.sock"},"reconnect-ms":1000}',
    ["-device", "virtio-net-pci,netdev=net0,mac=6a:01:00:00:00:01,romfile="],
    ["-object", "rng-builtin,id=rng0", "-device", "virtio-rng-pci,rng=rng0"],
  ];
  assert.deepEqual(renderQemu(NODE), expected.flat());
});

void test("a disk on NVMe is booted like another, and is refused without a serial", () => {
  const disk = { file: "/var/n/disk.raw", format: "raw", bus: "nvme" } as const;
  const boot = { kind: "disk" } as const;
  const rendered = renderQemu({ ...NODE, boot, disks: [{ ...disk, serial: "hostos" }] });
  assert.ok(rendered.includes("nvme,drive=disk0,bootindex=0,serial=hostos"), rendered.join(" "));
  assert.throws(() => renderQemu({ ...NODE, boot, disks: [disk] }), { code: "machine-invalid" });
});

void test("the command line of a machine that boots its disk with KVM", () => {
  const rendered = renderQemu({
    ...NODE,
    accelerator: { kind: "kvm" },
    boot: { kind: "disk", firmware: "/usr/share/OVMF/OVMF.fd" },
    disks: [{ file: "/var/n/disk.raw", format: "raw", discard: false }],
    configMedium: undefined,
    networkCards: [],
  });
  const line = rendered.join(" ");
  assert.ok(line.includes("-accel kvm -cpu host "), line);
  assert.ok(line.includes(" -bios /usr/share/OVMF/OVMF.fd "), line);
  assert.ok(line.includes('"driver":"raw","file":"disk0-file","discard":"ignore"'), line);
  assert.ok(line.includes(" -device virtio-blk-pci,drive=disk0,bootindex=0 "), line);
  assert.ok(!/-kernel|-netdev|disk1/.test(line), line);
});

void test("a wrong definition is refused with all its problems", () => {
  const wrong: MachineDefinition = {
    ...NODE,
    name: "a,b",
    memoryMiB: 0.5,
    qmpSocket: `/run/${"x".repeat(110)}`,
    networkCards: [{ mac: "01:00:5e:00:00:01", switchSocket: "relative" }],
  };
  assert.throws(
    () => renderQemu(wrong),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, "machine-invalid");
      for (const key of ["name", "memoryMiB", "qmpSocket", "networkCards.0.mac", "networkCards.0.switchSocket"]) {
        assert.ok(error.message.includes(`${key}: `), `${key} in ${error.message}`);
      }
      return true;
    },
  );
});

const HOSTED: MachineDefinition = {
  ...NODE,
  name: "guestos",
  memoryMiB: 8192,
  vcpus: 56,
  topology: { sockets: 2, cores: 14, threads: 2 },
  memory: "hugepages",
  accelerator: { kind: "kvm" },
  cpu: "host,migratable=off",
  boot: {
    kind: "direct",
    kernel: "/run/g/vmlinuz",
    initrd: "/run/g/initrd.img",
    commandLine: "root=/dev/vda5",
    firmware: { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/var/g/VARS.fd" },
  },
  disks: [{ file: "/dev/hostlvm/guestos", format: "raw", storage: "block-device", cache: "none" }],
  configMedium: undefined,
  networkCards: [{ mac: "6a:01:00:00:00:01", tap: { interface: "guest0", bridge: "br6", vhost: true } }],
  devices: { balloon: true, watchdog: true, panic: true, usb: true, vsockCid: 3 },
  startPaused: true,
};

/** The values that follow each `-name`, in order. */
function valuesOf(rendered: readonly string[], name: string): string[] {
  return rendered.flatMap((word, index) => (rendered[index - 1] === name ? [word] : []));
}

void test("a guest of a host has its own memory, flash, block device, bridge and socket address", () => {
  const rendered = renderQemu(HOSTED);
  assert.ok(rendered.includes("-S"));
  assert.deepEqual(valuesOf(rendered, "-machine"), [
    "q35,usb=off,vmport=off,smbus=off,sata=off,smm=off,pflash0=flash0,pflash1=flash1,memory-backend=ram0,mem-merge=off,dump-guest-core=off",
  ]);
  assert.deepEqual(valuesOf(rendered, "-smp"), ["cpus=56,sockets=2,cores=14,threads=2"]);
  assert.deepEqual(valuesOf(rendered, "-object"), [
    "memory-backend-memfd,id=ram0,size=8192M,share=on,hugetlb=on,hugetlbsize=2M",
    "rng-builtin,id=rng0",
  ]);
  assert.deepEqual(valuesOf(rendered, "-blockdev"), [
    '{"node-name":"flash0-file","driver":"file","filename":"/usr/share/OVMF/OVMF_CODE_4M.fd","read-only":true}',
    '{"node-name":"flash0","driver":"raw","file":"flash0-file","read-only":true}',
    '{"node-name":"flash1-file","driver":"file","filename":"/var/g/VARS.fd","read-only":false}',
    '{"node-name":"flash1","driver":"raw","file":"flash1-file","read-only":false}',
    '{"node-name":"disk0-file","driver":"host_device","filename":"/dev/hostlvm/guestos","aio":"native","discard":"unmap","read-only":false,"cache":{"direct":true,"no-flush":false}}',
    '{"node-name":"disk0","driver":"raw","file":"disk0-file","discard":"unmap","read-only":false,"cache":{"direct":true,"no-flush":false}}',
  ]);
  assert.deepEqual(valuesOf(rendered, "-netdev"), [
    '{"type":"tap","id":"net0","ifname":"guest0","script":"no","downscript":"no","vhost":true}',
  ]);
  assert.deepEqual(valuesOf(rendered, "-device"), [
    "virtio-blk-pci,drive=disk0",
    "virtio-net-pci,netdev=net0,mac=6a:01:00:00:00:01,romfile=",
    "virtio-rng-pci,rng=rng0",
    "vhost-vsock-pci,guest-cid=3",
    "virtio-balloon-pci,free-page-reporting=on",
    "i6300esb",
    "pvpanic-pci",
    "qemu-xhci,id=usb0",
  ]);
});

void test("a USB stick is behind the controller, which must be there", () => {
  const devices = { usb: true, stick: "/var/n,1/stick.img" };
  assert.deepEqual(renderQemu({ ...NODE, devices }).slice(-8), [
    "-device",
    "qemu-xhci,id=usb0",
    "-blockdev",
    '{"node-name":"stick-file","driver":"file","filename":"/var/n,1/stick.img"}',
    "-blockdev",
    '{"node-name":"stick","driver":"raw","file":"stick-file"}',
    "-device",
    "usb-storage,drive=stick,bus=usb0.0,removable=on",
  ]);
  assert.throws(() => renderQemu({ ...NODE, devices: { stick: "/s" } }), {
    code: "machine-invalid",
    message: /must have usb/,
  });
});

void test("a confidential guest is launched with its kernel in the measurement", () => {
  const rendered = renderQemu({
    ...HOSTED,
    memory: "memfd",
    cpu: "EPYC-v4,topoext=on,l3-cache=off",
    boot: { kind: "direct", kernel: "/k", initrd: "/i", commandLine: "x", firmware: "/run/g/OVMF_SEV.fd" },
    confidential: { cbitpos: 51, reducedPhysBits: 1, policy: 0x30000 },
  });
  const line = rendered.join(" ");
  assert.ok(line.includes(",confidential-guest-support=snp0 "), line);
  const snp = "sev-snp-guest,id=snp0,cbitpos=51,reduced-phys-bits=1,policy=0x30000,kernel-hashes=on";
  assert.deepEqual(valuesOf(rendered, "-object").slice(0, 2), [
    "memory-backend-memfd,id=ram0,size=8192M,share=on",
    snp,
  ]);
  assert.deepEqual(valuesOf(rendered, "-bios"), ["/run/g/OVMF_SEV.fd"]);
});

void test("what does not fit together is refused", () => {
  const problems = (wrong: MachineDefinition): string => {
    try {
      renderQemu(wrong);
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  assert.match(problems({ ...HOSTED, vcpus: 55 }), /topology: must be as many CPUs as vcpus says/);
  const confidential = { cbitpos: 51, reducedPhysBits: 1, policy: 0x30000 };
  const message = problems({ ...HOSTED, confidential });
  assert.match(message, /boot: must be direct, with a firmware of one image/);
  assert.match(message, /memory: must be memfd for a confidential guest/);
  assert.match(problems({ ...HOSTED, devices: { vsockCid: 2 } }), /devices\.vsockCid: /);
  assert.match(problems({ ...HOSTED, translationCacheMiB: 4_096 }), /translationCacheMiB: /);
});
