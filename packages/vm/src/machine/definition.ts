/** A disk of the machine, in the order given: the guest sees `vda`, `vdb`, … on virtio, and `nvme0n1`, … on NVMe. */
export interface MachineDisk {
  readonly file: string;
  readonly format: "qcow2" | "raw";
  readonly readOnly?: boolean | undefined;
  /** At most 20 bytes: the guest finds the disk as `/dev/disk/by-id/virtio-<serial>`. */
  readonly serial?: string | undefined;
  /** Freed blocks of the guest are freed in the file. Default true for writable disks. */
  readonly discard?: boolean | undefined;
  /** `block-device`: `file` is a device node. Default `file`. */
  readonly storage?: "file" | "block-device" | undefined;
  /** `none`: past the host's page cache, with the kernel's asynchronous I/O. Default `writeback`. */
  readonly cache?: "none" | "writeback" | undefined;
  /** `nvme`: what servers have, slower than `virtio`. Needs a serial. Default `virtio`. */
  readonly bus?: "nvme" | "virtio" | undefined;
}

export type MachineNetworkCard = SwitchCard | TapCard;

/** A network card whose cable ends at a port of a virtual switch. */
export interface SwitchCard {
  /** `aa:bb:cc:dd:ee:ff`. */
  readonly mac: string;
  /** The unix socket of the switch port; QEMU connects to it and connects again when the switch comes back. */
  readonly switchSocket: string;
}

/** A network card on a bridge of the host. */
export interface TapCard {
  readonly mac: string;
  readonly tap: {
    /** A tap device that is there, belongs to QEMU's user and is a member of `bridge`. */
    readonly interface: string;
    readonly bridge: string;
    /** Packets are moved by the host's kernel: `/dev/vhost-net` can be opened. */
    readonly vhost: boolean;
  };
}

export type Accelerator = { readonly kind: "kvm" } | { readonly kind: "tcg" };

export type MachineBoot =
  | {
      readonly kind: "direct";
      readonly kernel: string;
      readonly initrd: string;
      readonly commandLine: string;
      /** Starts the kernel; without it QEMU's own BIOS does. */
      readonly firmware?: MachineFirmware | undefined;
    }
  /** The firmware boots the first disk. Without `firmware` QEMU's own BIOS is used. */
  | { readonly kind: "disk"; readonly firmware?: MachineFirmware | undefined };

/** OVMF: one image, or code in read-only flash and the machine's own variables in writable flash. */
export type MachineFirmware = string | { readonly code: string; readonly variables: string };

/** How the virtual CPUs are told apart: their number is the product. */
export interface CpuTopology {
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}

/** A guest whose memory the host cannot read: AMD SEV-SNP. Kernel, initrd and command line enter its measurement. */
export interface SevSnp {
  /** The address bit that says "encrypted". */
  readonly cbitpos: number;
  readonly reducedPhysBits: number;
  /** Guest policy of the SNP firmware ABI. */
  readonly policy: number;
}

/** What a production guest has and a testnet's does without. */
export interface MachineDevices {
  /** The host can ask for memory back. */
  readonly balloon?: boolean | undefined;
  /** An i6300esb that resets a guest which has stopped feeding it. */
  readonly watchdog?: boolean | undefined;
  /** The guest's kernel tells of a panic at once, where it has the driver (pvpanic). */
  readonly panic?: boolean | undefined;
  /** A USB 3 controller, to which a security module can be plugged while the guest runs. */
  readonly usb?: boolean | undefined;
  /** A USB stick in that controller: a raw file, which the machine writes to. */
  readonly stick?: string | undefined;
  /** A high precision event timer; default true. Guests with a clock of their hypervisor's have no use for it. */
  readonly hpet?: boolean | undefined;
  /** The guest sees this context identifier; the host reaches it by AF_VSOCK. */
  readonly vsockCid?: number | undefined;
}

/** Everything QEMU is told about a machine, as one value. Paths are absolute and as seen by QEMU. */
export interface MachineDefinition {
  /** At most 64 of `A-Z a-z 0-9 . _ -`. */
  readonly name: string;
  readonly uuid: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** Default: one socket with a core of one thread for each CPU. */
  readonly topology?: CpuTopology | undefined;
  /**
   * Where the guest's memory lies: `plain` is QEMU's own; `private` the same, kept out of core dumps and of page merging, as
   * the others are; `hugepages` a file in memory in pages of 2 MiB, which must be free; `memfd` one in small pages, as a confidential
   * guest needs it. Default `plain`.
   */
  readonly memory?: "plain" | "private" | "hugepages" | "memfd" | undefined;
  /** `-cpu` value; the default fits the accelerator, see {@link TCG_CPU}. */
  readonly cpu?: string | undefined;
  /** How much translated code an emulated machine keeps before it throws all of it away, MiB; default {@link TCG_CACHE_MIB}. */
  readonly translationCacheMiB?: number | undefined;
  readonly accelerator: Accelerator;
  readonly boot: MachineBoot;
  readonly disks: readonly MachineDisk[];
  /** Raw image of the FAT medium labelled `CONFIG`, attached read-only after the disks. */
  readonly configMedium?: string | undefined;
  readonly networkCards: readonly MachineNetworkCard[];
  readonly devices?: MachineDevices | undefined;
  readonly confidential?: SevSnp | undefined;
  /** QEMU makes the machine and does not run it before it is told to (`cont`). */
  readonly startPaused?: boolean | undefined;
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
