import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import {
  advance,
  BOOT_CYCLES,
  bootStateOf,
  newGrubenv,
  otherSlot,
  parseGrubenv,
  renderBootArgs,
  serializeGrubenv,
  SLOTS,
  type Slot,
} from "../../packages/slots/src/index.ts";
import { REPOSITORY } from "./docs/markdown.ts";

/**
 * `grub.cfg` is run by bash, whose language has what it uses of GRUB's; GRUB's own commands are these functions, which say
 * what they do. A file with the content `damaged` is one that GRUB cannot load.
 */
const GRUB = String.raw`
load_env() {
  local name value wanted
  while IFS== read -r name value; do
    for wanted; do if [ "$name" = "$wanted" ]; then printf -v "$name" %s "$value"; fi; done
  done <grubenv
}
save_env() { local name; for name; do echo "save $name=${"$"}{!name}"; done; }
set() { printf -v "${"$"}{1%%=*}" %s "${"$"}{1#*=}"; }
load() { [ -f "$1" ] && [ "$(<"$1")" != damaged ]; }
linux() { load "$1" && echo "linux $*"; }
initrd() { load "$1" && echo "initrd $1"; }
boot() { echo boot; exit; }
sleep() { echo "sleep $1"; }
reboot() { echo reboot; exit; }
`;

type Files = Readonly<Record<string, string>>;

const ARGUMENTS = renderBootArgs({ rootHash: "ab".repeat(32), rootDevice: (slot) => `/dev/hostlvm/${slot}_root` });
const WHOLE: Files = { vmlinuz: "kernel", "initrd.img": "initramfs", boot_args: ARGUMENTS };

/** What the boot loader does with these slots and this `grubenv`, line by line; echoes are left out. */
async function boot(grubenv: Uint8Array, slots: Readonly<Record<Slot, Files>>): Promise<readonly string[]> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "grub-"));
  const at = (...path: string[]): string => join(directory.path, ...path);
  await writeFile(at("grubenv"), grubenv);
  for (const slot of SLOTS) {
    const volume = at("(lvm", `hostlvm-${slot}_boot)`);
    await mkdir(volume, { recursive: true });
    for (const [name, content] of Object.entries(slots[slot])) await writeFile(join(volume, name), content);
  }
  const config = await readFile(join(REPOSITORY, "images/hostos/boot-loader/grub.cfg"), "utf8");
  const { stdout } = await promisify(execFile)("bash", ["-c", GRUB + config], { cwd: directory.path });
  return stdout
    .trim()
    .split("\n")
    .filter((line) => /^(linux|initrd|save|boot|sleep|reboot)\b/.test(line));
}

/** The lines of a boot of `slot`, with what is stored before it. */
function boots(slot: Slot, label: string, stored: readonly string[]): readonly string[] {
  const volume = `(lvm/hostlvm-${slot}_boot)`;
  const line = `root=/dev/hostlvm/${slot}_root console=ttyS0 nomodeset dfinity.system=${slot} root_hash=${"ab".repeat(32)}`;
  return [
    `linux ${volume}/vmlinuz ${line} dfinity.boot_state=${label}`,
    `initrd ${volume}/initrd.img`,
    ...stored,
    "boot",
  ];
}

const saved = (alternative: Slot, cycle: string): readonly string[] => [
  `save boot_alternative=${alternative}`,
  `save boot_cycle=${cycle}`,
];

void test("a boot of the host advances the state as a guest's does, and stores it last", async () => {
  for (const alternative of SLOTS)
    for (const cycle of BOOT_CYCLES) {
      const { next, boots: slot, label } = advance({ alternative, cycle });
      const stored = cycle === "stable" ? [] : saved(next.alternative, next.cycle);
      assert.deepEqual(
        await boot(newGrubenv({ alternative, cycle }), { A: WHOLE, B: WHOLE }),
        boots(slot, label, stored),
        `${alternative} ${cycle}`,
      );
    }
});

void test("a block that says nothing means what it means to everybody else, and is given its words", async () => {
  const empty = serializeGrubenv({ entries: new Map() });
  const { alternative, cycle } = bootStateOf(parseGrubenv(empty));
  const lines = await boot(empty, { A: WHOLE, B: WHOLE });
  assert.deepEqual(lines, boots(alternative, "stable", saved(alternative, cycle)));
});

void test("a slot that cannot be loaded is left for the other one, for good", async () => {
  const { boot_args: _, ...withoutArguments } = WHOLE;
  const broken: readonly Files[] = [
    {},
    withoutArguments,
    { ...WHOLE, boot_args: "" },
    { ...WHOLE, vmlinuz: "damaged" },
    { ...WHOLE, "initrd.img": "damaged" },
  ];
  for (const [slot, cycle] of [["A", "stable"] as const, ["B", "first_boot"] as const])
    for (const files of broken) {
      const other = otherSlot(slot);
      const lines = await boot(newGrubenv({ alternative: slot, cycle }), { A: WHOLE, B: WHOLE, [slot]: files });
      const last = lines.slice(lines.findIndex((line) => line.includes(`hostlvm-${other}_boot`)));
      assert.deepEqual(last, boots(other, "failsafe", saved(other, "stable")), JSON.stringify(files));
    }
});

void test("a slot is never started with the arguments of the other one", async () => {
  const B = { ...WHOLE, boot_args: 'BOOT_ARGS_A="root=/dev/hostlvm/A_root"\n' };
  const lines = await boot(newGrubenv({ alternative: "A", cycle: "stable" }), {
    A: { ...WHOLE, vmlinuz: "damaged" },
    B,
  });
  assert.deepEqual(lines, ["sleep 60", "reboot"]);
});
