/** A disk of the machine, seen by the guest as a virtio block device, in the order given (`vda`, `vdb`, …). */
export interface MachineDisk {
  readonly file: string;
  readonly format: "qcow2" | "raw";
  readonly readOnly?: boolean | undefined;
  /** At most 20 bytes: the guest finds the disk as `/dev/disk/by-id/virtio-<serial>`. */
  readonly serial?: string | undefined;
  /** Freed blocks of the guest are freed in the file. Default true for writable disks. */
  readonly discard?: boolean | undefined;
}

/** A network card whose cable ends at a port of a virtual switch. */
export interface MachineNetworkCard {
  /** `aa:bb:cc:dd:ee:ff`. */
  readonly mac: string;
  /** The unix socket of the switch port; QEMU connects to it and connects again when the switch comes back. */
  readonly switchSocket: string;
}

export type Accelerator = { readonly kind: "kvm" } | { readonly kind: "tcg" };

export type MachineBoot =
  | { readonly kind: "direct"; readonly kernel: string; readonly initrd: string; readonly commandLine: string }
  /** The firmware boots the first disk. `firmware` is an OVMF image; without it QEMU's own BIOS is used. */
  | { readonly kind: "disk"; readonly firmware?: string | undefined };

/** Everything QEMU is told about a machine, as one value. Paths are absolute and as seen by QEMU. */
export interface MachineDefinition {
  /** At most 64 of `A-Z a-z 0-9 . _ -`. */
  readonly name: string;
  readonly uuid: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** `-cpu` value; the default fits the accelerator, see {@link TCG_CPU}. */
  readonly cpu?: string | undefined;
  readonly accelerator: Accelerator;
  readonly boot: MachineBoot;
  readonly disks: readonly MachineDisk[];
  /** Raw image of the FAT medium labelled `CONFIG`, attached read-only after the disks. */
  readonly configMedium?: string | undefined;
  readonly networkCards: readonly MachineNetworkCard[];
  /** Everything the guest writes to its first serial port is appended here, across restarts. */
  readonly serialLog: string;
  /** Unix socket of the first serial port, for one terminal at a time. */
  readonly serialSocket: string;
  readonly qmpSocket: string;
}

/**
 * The fastest CPU model measured under emulation: what a Debian userland and Node can use, and nothing that is slow to
 * emulate (AVX). `-cpu max` takes a third longer to boot; `sha-ni` lets dm-verity read at 54-64 MB/s instead of 18-30.
 */
export const TCG_CPU = "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+rdrand,+aes,+pclmulqdq,+sha-ni";

/** The translation cache of an emulated machine, MiB. QEMU's default (a gigabyte) is memory that a laptop lacks. */
export const TCG_CACHE_MIB = 256;
