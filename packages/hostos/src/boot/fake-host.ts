import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { IcosError, type Exec, type Logger } from "@icos/system";
import { createLayout, type Layout } from "../layout.ts";
import { configureHost } from "./configure-host.ts";

export interface FakeHost {
  readonly layout: Layout;
  /** Everything that was run, a string each; of `mount`, the table's lines after it. */
  readonly commands: string[];
  /** What LVM says about the group's physical volumes. */
  physicalVolumes: string;
  /** How often `vgchange` fails before it works. */
  failures: number;
  /** Whether the boot partition can be made writable. */
  writable: boolean;
  /** Level and message of what was logged. */
  readonly logged: string[];
  readonly slept: number[];
  boot(): Promise<{ readonly configured: boolean; readonly console: readonly string[] }>;
  write(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  read(path: string): Promise<string>;
  remove(): Promise<void>;
}

/** Block devices by the disk they are on: two drives, of which the second is the system's. */
const DEVICES = ["nvme0/nvme0n1", "nvme1/nvme1n1", ...[1, 2, 3].map((number) => `nvme1/nvme1n1/nvme1n1p${number}`)];

/** A host in a directory, whose volumes are files without a file system. */
export async function createFakeHost(): Promise<FakeHost> {
  const root = await mkdtemp(join(tmpdir(), "host-"));
  const at = (path: string): string => join(root, path);
  const write: FakeHost["write"] = async (path, content, mode) => {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), content, { mode });
  };
  for (const [path, content] of Object.entries({
    "opt/ic/share/variant": "prod\n",
    "proc/cmdline": "root=/dev/hostlvm/B_root dfinity.system=B dfinity.boot_state=stable\n",
    "proc/cpuinfo": "vendor_id\t: AuthenticAMD\nflags\t\t: fpu svm\n",
    "proc/self/mountinfo": "22 1 253:0 / / ro,relatime - erofs /dev/mapper/vroot ro\n",
    "proc/sys/kernel/hostname": "localhost\n",
    "dev/watchdog0": "",
    "boot/config/.keep": "",
  }))
    await write(path, content);
  for (const volume of ["config", "A_var", "B_var"]) await write(`dev/hostlvm/${volume}`, Buffer.alloc(4096));
  await mkdir(at("sys/class/block"), { recursive: true });
  for (const device of DEVICES) {
    const name = device.split("/").at(-1) ?? "";
    await mkdir(at(`sys/devices/pci0/nvme/${device}`), { recursive: true });
    if (/p\d$/.test(name)) await write(`sys/devices/pci0/nvme/${device}/partition`, `${name.at(-1)}\n`);
    await symlink(`../../devices/pci0/nvme/${device}`, at(`sys/class/block/${name}`));
  }
  const layout = createLayout(root);
  const exec: Exec = {
    async run([program = "", ...args]) {
      const table = args.includes("--fstab") ? `: ${await readFile(args.at(-1) ?? "", "utf8")}` : "";
      host.commands.push(`${[program, ...args].join(" ")}${table}`.replaceAll(root, "").trim());
      if (program === "vgchange" && host.failures-- > 0)
        throw new IcosError(
          "command-failed",
          "`vgchange` exited with 5.\nRefusing activation of partial LV hostlvm/guestos.",
        );
      if (args.includes("remount,rw") && !host.writable)
        throw new IcosError("command-failed", "`mount` exited with 32.\nCannot remount read-write.");
      if (program === "mkfs.ext4") await writeMagic(args.at(-1) ?? "");
      return { stdout: Buffer.from(program === "pvs" ? host.physicalVolumes : ""), stderr: "" };
    },
  };
  const host: FakeHost = {
    layout,
    commands: [],
    physicalVolumes: "  /dev/nvme0n1\n  /dev/nvme1n1p3\n",
    failures: 0,
    writable: true,
    logged: [],
    slept: [],
    async boot() {
      const console: string[] = [];
      const clock = { sleep: async (milliseconds: number) => void host.slept.push(milliseconds) };
      const logger: Logger = { log: (level, message) => void host.logged.push(`${level}: ${message}`) };
      const modules = { exec, clock, logger };
      const configured = await configureHost(layout, modules, { write: (line) => void console.push(line) });
      return { configured, console: console.map((line) => line.replaceAll(root, "")) };
    },
    write,
    read: (path) => readFile(at(path), "utf8"),
    remove: () => rm(root, { recursive: true, force: true }),
  };
  return host;
}

async function writeMagic(device: string): Promise<void> {
  await using file = await open(device, "r+");
  await file.write(Uint8Array.of(0x53, 0xef, 1, 0), 0, 4, 1024 + 56); // the magic number; clean
}
