import type { BootArgsOptions } from "@icos/slots";
import type { OsName } from "./os-name.ts";

/** What differs between the operating systems as far as building them is concerned. */
export interface OsDefinition {
  readonly name: OsName;
  /** As people write it. */
  readonly title: string;
  /** Everything of the kernel command line but the root hash. */
  readonly bootArgs: Omit<BootArgsOptions, "rootHash">;
  /** Programs of the initramfs beside busybox, and the libraries they load. */
  readonly initramfs: { readonly programs: readonly string[]; readonly libraries: readonly string[] };
  readonly rootUuid: string;
  readonly bootUuid: string;
}

/**
 * Without AppArmor and TOMOYO, for which the images have no policy, and without BPF, which no unit uses: where it is,
 * systemd loads a program into it at each start and reads all of the kernel's types for that.
 */
const LSM = "lsm=landlock,lockdown,yama";

/** Arguments beyond upstream's: a quiet serial line is a fast one, and a panic restarts instead of hanging. */
const KERNEL_ARGUMENTS = ["quiet", "panic=10", "no_timer_check", "random.trust_cpu=on", "audit=0", LSM];

/**
 * A read-only root keeps no machine id. systemd would draw a new one at each boot of a real machine, and journald begins a
 * journal of its own for each, which counts against no limit of the next.
 */
const MACHINE_ID = "systemd.machine_id=firmware";

/** What dmsetup loads. */
const DEVICE_MAPPER_LIBRARIES = [
  "libdevmapper.so.1.02.1",
  "libselinux.so.1",
  "libpcre2-8.so.0",
  "libudev.so.1",
  "libcap.so.2",
  "libc.so.6",
  "libm.so.6",
];

const GUESTOS: OsDefinition = {
  name: "guestos",
  title: "GuestOS",
  bootArgs: { extra: KERNEL_ARGUMENTS },
  initramfs: { programs: ["/usr/sbin/dmsetup"], libraries: DEVICE_MAPPER_LIBRARIES },
  rootUuid: "6c5b2d6e-3f0c-4d1c-9c3b-0d9b5b8c1a11",
  bootUuid: "b7d1a9f4-51a2-4a0e-8d8e-2f5c7a3e9b22",
};

/** The screen shows what the serial line shows; the last console is where units write to. */
const HOSTOS: OsDefinition = {
  name: "hostos",
  title: "HostOS",
  bootArgs: {
    rootDevice: (slot) => `/dev/hostlvm/${slot}_root`,
    consoles: ["tty0", "ttyS0,115200"],
    extra: [...KERNEL_ARGUMENTS, MACHINE_ID],
  },
  initramfs: {
    programs: ["/usr/sbin/dmsetup", "/usr/sbin/lvm"],
    libraries: [
      ...DEVICE_MAPPER_LIBRARIES,
      "libaio.so.1t64",
      "libblkid.so.1",
      "libdevmapper-event.so.1.02.1",
      "libedit.so.2",
      "libtinfo.so.6",
      "libbsd.so.0",
      "libmd.so.0",
      "libsystemd.so.0",
      "libgcc_s.so.1",
    ],
  },
  rootUuid: "2d2b7c0f-6c53-4a59-9c39-5b0c5de9a7e4",
  bootUuid: "c9f3f4a5-58c3-4e0b-a0a6-3b9d1c8f6d57",
};

const DEFINITIONS: Readonly<Record<OsName, OsDefinition>> = { guestos: GUESTOS, hostos: HOSTOS };

export function osDefinition(name: OsName): OsDefinition {
  return DEFINITIONS[name];
}
