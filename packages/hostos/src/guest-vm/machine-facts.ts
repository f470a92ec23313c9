import { open, readdir, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { IcosError, systemErrorCode } from "@icos/system";
import type { GuestVmPlaces } from "./places.ts";

/** What a machine has for its guests, now. */
export interface MachineFacts {
  readonly memoryMiB: number;
  /** Processors that may be used. */
  readonly cpus: number;
  /** The processor tells threads from cores in AMD's way; a guest with several threads a core needs to be told. */
  readonly topologyExtensions: boolean;
  readonly hugepages: Hugepages;
  readonly kvm: Usable;
  readonly vhostNet: boolean;
  readonly vhostVsock: Usable;
  readonly sevSnp: Usable;
  /** How many guests the host has disks for. */
  readonly guests: number;
}

/** Pages of 2 MiB. */
export interface Hugepages {
  /** All that the kernel keeps for this: memory that nothing else can have. */
  readonly pool: number;
  /** What a new machine can have of them. A page that is promised to a running one counts as free until it is touched. */
  readonly available: number;
}

export type Usable = { readonly kind: "usable" } | { readonly kind: "unusable"; readonly reason: string };

export const HUGEPAGE_MIB = 2;

type FactPlaces = Pick<GuestVmPlaces, "proc" | "sys" | "dev">;

export async function readMachineFacts(
  places: FactPlaces,
  { cpus = availableParallelism }: { readonly cpus?: () => number } = {},
): Promise<MachineFacts> {
  const { proc, dev } = places;
  const vhostNet = await canOpen(join(dev, "vhost-net"));
  return {
    memoryMiB: await readMemory(proc),
    cpus: cpus(),
    topologyExtensions: /^flags\s*:.*\btopoext\b/m.test(await textOf(join(proc, "cpuinfo"))),
    hugepages: await readHugepages(places),
    kvm: await canOpen(join(dev, "kvm")),
    vhostNet: vhostNet.kind === "usable",
    vhostVsock: await canOpen(join(dev, "vhost-vsock")),
    sevSnp: await sevSnp(places),
    guests: await countGuests(dev),
  };
}

/** Where the kernel counts hugepages of 2 MiB. */
export function hugepageFile(
  { sys }: Pick<GuestVmPlaces, "sys">,
  name: "nr_hugepages" | "free_hugepages" | "resv_hugepages",
): string {
  return join(sys, "kernel/mm/hugepages/hugepages-2048kB", name);
}

async function readHugepages(places: Pick<GuestVmPlaces, "sys">): Promise<Hugepages> {
  async function count(name: Parameters<typeof hugepageFile>[1]): Promise<number> {
    const text = (await textOf(hugepageFile(places, name))).trim();
    return /^\d+$/.test(text) ? Number(text) : 0;
  }
  const [pool, free, reserved] = await Promise.all([
    count("nr_hugepages"),
    count("free_hugepages"),
    count("resv_hugepages"),
  ]);
  return { pool, available: Math.max(0, free - reserved) };
}

async function readMemory(proc: string): Promise<number> {
  const file = join(proc, "meminfo");
  const kibibytes = /^MemTotal:\s+(\d+) kB$/m.exec(await readFile(file, "utf8"))?.[1];
  if (kibibytes !== undefined) return Math.floor(Number(kibibytes) / 1024);
  throw new IcosError("machine-facts-unreadable", `${file} does not say how much memory there is.`, {
    place: { file },
  });
}

async function sevSnp({ sys, dev }: FactPlaces): Promise<Usable> {
  const parameter = (await textOf(join(sys, "module/kvm_amd/parameters/sev_snp"))).trim();
  if (parameter !== "Y") return { kind: "unusable", reason: "the kernel has not enabled SEV-SNP" };
  return canOpen(join(dev, "sev"));
}

async function canOpen(device: string): Promise<Usable> {
  try {
    await (await open(device, "r+")).close();
    return { kind: "usable" };
  } catch (error) {
    const code = systemErrorCode(error);
    const reason =
      code === "ENOENT" ? `there is no ${device}` : `${device} cannot be opened (${code ?? String(error)})`;
    return { kind: "unusable", reason };
  }
}

/** The first guest's volume may have two names: `guestos0` is upstream's where there are several. */
async function countGuests(dev: string): Promise<number> {
  const names = await readdir(join(dev, "hostlvm")).catch(() => []);
  const slots = names.flatMap((name) => /^guestos(\d*)$/.exec(name)?.[1] ?? []).map(Number);
  return Math.max(1, new Set(slots).size);
}

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
