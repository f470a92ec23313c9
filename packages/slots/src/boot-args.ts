import { IcosError } from "@icos/system";
import { partitionDevicePath, slotPartition } from "./guestos-partitions.ts";
import { isSlot, SLOTS, type Slot } from "./slot.ts";

/** The kernel command line of each slot, as the `boot_args` file of a boot partition holds them. */
export type BootArgs = Readonly<Record<Slot, string>>;

export interface BootArgsOptions {
  /** dm-verity root hash, 64 lower-case hexadecimal digits. */
  readonly rootHash: string;
  /** The device of the root file system of a slot, as the initramfs finds it; by default the GuestOS partition. */
  readonly rootDevice?: ((slot: Slot) => string) | undefined;
  /** Values of `console=`; the last is `/dev/console`. Default `ttyS0`. */
  readonly consoles?: readonly string[] | undefined;
  /** Further arguments, e.g. `panic=10`; they become part of the launch measurement. */
  readonly extra?: readonly string[] | undefined;
}

const ROOT_HASH = /^[0-9a-f]{64}$/;
/** No white space, and nothing that a shell or GRUB would expand between double quotes. */
const ARGUMENT = /^[!#%&'()*+,\-./0-9:;<=>?@A-Z[\]^_a-z{|}~]+$/;

/**
 * The content of `boot_args`: a file that GRUB sources and that a virtual machine's runner parses. The two lines differ
 * in `root=` and `dfinity.system=` only. Unlike upstream's it has no SELinux arguments yet: the image has no policy.
 */
export function renderBootArgs({
  rootHash,
  rootDevice = (slot) => partitionDevicePath(slotPartition(slot, "root")),
  consoles = ["ttyS0"],
  extra = [],
}: BootArgsOptions): string {
  const problems = extra
    .filter((argument) => !ARGUMENT.test(argument))
    .map((argument) => `${JSON.stringify(argument)} is not a single plain argument`);
  if (!ROOT_HASH.test(rootHash)) problems.push(`the root hash ${JSON.stringify(rootHash)} is not 64 hex digits`);
  if (problems.length > 0) throw invalid("boot_args", problems);
  const line = (slot: Slot): string =>
    [
      `root=${rootDevice(slot)}`,
      ...consoles.map((console) => `console=${console}`),
      "nomodeset",
      ...extra,
      `dfinity.system=${slot}`,
      `root_hash=${rootHash}`,
    ].join(" ");
  return [
    "# Kernel command line of each slot. GRUB reads this file, and so does whoever boots the kernel directly.",
    ...SLOTS.map((slot) => `BOOT_ARGS_${slot}="${line(slot)}"`),
    "",
  ].join("\n");
}

const ASSIGNMENT = /^BOOT_ARGS_([AB])=(?:"([^"]*)"|'([^']*)'|([^\s"']*))\s*$/;
const OTHER_ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** Reads `boot_args`, upstream's included. Throws `boot-args-invalid`, which names every wrong line. */
export function parseBootArgs(text: string, file = "boot_args"): BootArgs {
  const found = new Map<Slot, string>();
  const problems: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const match = ASSIGNMENT.exec(trimmed);
    const slot = match?.[1];
    if (match === null || slot === undefined || !isSlot(slot)) {
      const mentions = trimmed.startsWith("BOOT_ARGS_") || !OTHER_ASSIGNMENT.test(trimmed);
      if (mentions) problems.push(`line ${index + 1} is not BOOT_ARGS_A="…" or BOOT_ARGS_B="…"`);
      continue;
    }
    const value = (match[2] ?? match[3] ?? match[4] ?? "").trim();
    if (/[$`\\\0]/.test(value)) problems.push(`line ${index + 1} would be expanded by a shell`);
    if (found.has(slot)) problems.push(`line ${index + 1} sets BOOT_ARGS_${slot} a second time`);
    found.set(slot, value);
  }
  for (const slot of SLOTS) if (!found.get(slot)) problems.push(`BOOT_ARGS_${slot} is missing or empty`);
  if (problems.length > 0) throw invalid(file, problems);
  return { A: found.get("A") ?? "", B: found.get("B") ?? "" };
}

/** What the kernel of a slot is started with. */
export function kernelCommandLine(bootArgs: BootArgs, slot: Slot): string {
  return bootArgs[slot];
}

/** The dm-verity root hash on a kernel command line. Throws `boot-args-invalid`. */
export function rootHashOf(commandLine: string): string {
  return argumentOf(commandLine, "root_hash", ROOT_HASH);
}

/** The root device on a kernel command line, e.g. `/dev/disk/by-partuuid/…`. Throws `boot-args-invalid`. */
export function rootDeviceOf(commandLine: string): string {
  return argumentOf(commandLine, "root", /^\S+$/);
}

function argumentOf(commandLine: string, name: string, form: RegExp): string {
  const values = commandLine
    .split(/\s+/)
    .filter((argument) => argument.startsWith(`${name}=`))
    .map((argument) => argument.slice(name.length + 1));
  const [value] = values;
  if (value === undefined || values.length > 1 || !form.test(value)) {
    const what = values.length === 0 ? "is missing" : `is ${JSON.stringify(values.join(" and "))}`;
    throw invalid("The kernel command line", [`${name} ${what}`]);
  }
  return value;
}

function invalid(file: string, problems: readonly string[]): IcosError {
  return new IcosError("boot-args-invalid", `${file} is not valid: ${problems.join("; ")}.`, {
    place: { file },
    details: { problems },
  });
}
