import { readFile, writeFile } from "node:fs/promises";
import type { HostosConfig } from "@icos/config";
import { IcosError } from "@icos/system";
import { HUGEPAGE_MIB, hugepageFile, type MachineFacts } from "./machine-facts.ts";
import type { GuestVmPlaces } from "./places.ts";
import type { Variant } from "./plan-guest-vm.ts";
import { planMemory } from "./plan-resources.ts";
import { resourceWish } from "./plan-guest-vm.ts";

/** How many hugepages the guests of a host need; none for confidential ones, whose memory the firmware manages. Pure. */
export function planHugepages(host: HostosConfig, variant: Variant, facts: MachineFacts): number {
  if (host.icos_settings.enable_trusted_execution_environment) return 0;
  return (planMemory("default", resourceWish(host, variant), facts) * facts.guests) / HUGEPAGE_MIB;
}

/**
 * Asks the kernel for hugepages, early, while memory is not yet fragmented. All or none: a part of them would lie idle, because a
 * guest's memory is wholly in hugepages or not at all. Returns how many there are now.
 */
export async function reserveHugepages(
  places: Pick<GuestVmPlaces, "sys">,
  wanted: number,
  kernel: KernelFile = KERNEL_FILE,
): Promise<number> {
  const file = hugepageFile(places, "nr_hugepages");
  await setPages(file, wanted, kernel);
  const got = await readPages(file, kernel);
  if (got >= wanted) return got;
  await setPages(file, 0, kernel);
  return readPages(file, kernel);
}

/** A file whose content is the kernel's: what is read is not what was written. */
interface KernelFile {
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
}

const KERNEL_FILE: KernelFile = { read: (file) => readFile(file, "utf8"), write: writeFile };

async function setPages(file: string, count: number, kernel: KernelFile): Promise<void> {
  await kernel.write(file, String(count)).catch((cause: unknown) => {
    throw new IcosError("hugepages-unavailable", `${file} cannot be written.`, { place: { file }, cause });
  });
}

async function readPages(file: string, kernel: KernelFile): Promise<number> {
  const text = (await kernel.read(file)).trim();
  if (/^\d+$/.test(text)) return Number(text);
  throw new IcosError("hugepages-unavailable", `${file} holds no number.`, { place: { file } });
}
