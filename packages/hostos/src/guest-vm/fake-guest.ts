/**
 * A machine for tests: everything the runner reads and writes in one directory, with a guest's disk that has a real partition table
 * and a real `grubenv` block, and stand-ins for the programs that read its file systems.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  bootStateOf,
  GUESTOS_DISK_SIZE,
  GUESTOS_TABLE,
  guestosPartition,
  newGrubenv,
  openBlockDevice,
  parseGrubenv,
  renderBootArgs,
  SECTOR_SIZE,
  writeGpt,
  type BootState,
} from "@icos/slots";
import type { Exec } from "@icos/system";
import type { GuestVmRole } from "./identity.ts";
import { createPlaces, type GuestVmPlaces } from "./places.ts";

const BLOCK_SIZE = 4096;
const GRUBENV_BLOCK = 10;
const GRUBENV_AT = guestosPartition("grub").start * SECTOR_SIZE + GRUBENV_BLOCK * BLOCK_SIZE;

export interface FakeMachine {
  readonly places: GuestVmPlaces;
  readonly exec: Exec;
  /** Every command that was run, without what it was given as input. */
  readonly commands: string[];
  bootState(): Promise<BootState>;
}

export interface FakeMachineOptions {
  readonly role?: GuestVmRole | undefined;
  readonly state?: BootState;
  readonly host?: object;
  /** A word on the kernel's command line of each boot, the last for all further ones; `undefined`: there is no `boot_args`. */
  readonly words?: readonly string[] | undefined;
}

const MEMINFO = "MemTotal:       16384000 kB\nMemFree: 1 kB\n";

export async function makeFakeMachine(root: string, options: FakeMachineOptions = {}): Promise<FakeMachine> {
  const { state = { alternative: "A", cycle: "stable" }, host = hostosObject() } = options;
  const places = createPlaces(options.role ?? { type: "default", slot: 0 }, root);
  const files: Record<string, string> = {
    [places.hostConfig]: JSON.stringify(host),
    [join(places.share, "variant")]: "dev\n",
    [join(places.proc, "meminfo")]: MEMINFO,
    [join(places.proc, "cpuinfo")]: "flags\t\t: fpu svm topoext\n",
    [join(places.sys, "kernel/mm/hugepages/hugepages-2048kB/free_hugepages")]: "0\n",
    [join(places.dev, "kvm")]: "",
    [join(places.dev, "vhost-net")]: "",
    [join(places.dev, "vhost-vsock")]: "",
    [places.firmware.code]: "code",
    [places.firmware.variables]: "variables",
    [places.disk]: "",
    [places.consoles[0] ?? ""]: "",
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  for (const directory of ["guest0", "upgrade0", "br6"].map((name) => join(places.sys, "class/net", name))) {
    mkdirSync(directory, { recursive: true });
  }
  for (const path of [places.metrics, places.recoveryHash]) mkdirSync(dirname(path), { recursive: true });
  await makeDisk(places.disk, state);
  const commands: string[] = [];
  const words = "words" in options ? options.words : ["quiet"];
  return {
    places,
    commands,
    exec: fakeTools(places.disk, words, commands),
    bootState: async () => bootStateOf(parseGrubenv(await readGrubenv(places.disk))),
  };
}

/** A development host with 8 GiB for its guests. */
export function hostosObject(
  more: { readonly vm_cpu?: string; readonly vm_memory?: number; tee?: boolean } = {},
): object {
  return {
    config_version: "1.17.0",
    network_settings: {
      ipv6_config: { Deterministic: { prefix: "2001:db8:1:2", prefix_length: 64, gateway: "2001:db8:1:2::1" } },
    },
    icos_settings: {
      node_reward_type: "type3.1",
      mgmt_mac: "00:11:22:33:44:55",
      deployment_environment: "testnet",
      nns_urls: ["http://[2001:db8::10]:8080"],
      enable_trusted_execution_environment: more.tee ?? false,
    },
    hostos_settings: {
      hostos_dev_settings: { vm_memory: more.vm_memory ?? 8, vm_cpu: more.vm_cpu ?? "kvm", vm_nr_of_vcpus: 4 },
    },
    guestos_settings: {},
  };
}

async function makeDisk(path: string, state: BootState): Promise<void> {
  const file = await open(path, "w");
  await file.truncate(GUESTOS_DISK_SIZE);
  for (const name of ["grub", "A_boot", "B_boot"] as const) {
    const superblock = Buffer.alloc(1024);
    superblock.writeUInt32LE(64, 4); // blocks
    superblock.writeUInt32LE(2, 24); // of 4096 bytes
    superblock.writeUInt16LE(0xef53, 56);
    await file.write(superblock, 0, 1024, guestosPartition(name).start * SECTOR_SIZE + 1024);
  }
  await file.write(newGrubenv(state), 0, undefined, GRUBENV_AT);
  await file.close();
  const device = await openBlockDevice(path);
  await writeGpt(device, GUESTOS_TABLE);
  await device.close();
}

async function readGrubenv(disk: string): Promise<Buffer> {
  const file = await open(disk, "r");
  const block = Buffer.alloc(1024);
  await file.read(block, 0, block.length, GRUBENV_AT);
  await file.close();
  return block;
}

function fakeTools(disk: string, words: readonly string[] | undefined, commands: string[]): Exec {
  let boots = 0;
  const bootArgs = (): string | undefined => {
    const word = words?.[Math.min(boots++, words.length - 1)];
    return word === undefined ? undefined : renderBootArgs({ rootHash: "ab".repeat(32), extra: [word] });
  };
  const contentOf = async (path: string): Promise<string | Buffer | undefined> => {
    if (path === "/grubenv") return readGrubenv(disk);
    return path === "/boot_args" ? bootArgs() : `content of ${path}`;
  };
  return {
    async run(command, { input = "" } = {}) {
      commands.push(command.join(" "));
      let stdout = "";
      if (command[0] === "debugfs") {
        for (const line of Buffer.from(input).toString().trim().split("\n")) {
          const [, path = "", target = ""] = /^dump "(.*)" "(.*)"$/.exec(line) ?? [];
          const content = await contentOf(path);
          if (target !== "" && content !== undefined) await writeFile(target, content);
          if (line.startsWith("blocks")) stdout += `debugfs: ${line}\n${GRUBENV_BLOCK}\n`;
        }
      }
      return { stdout: Buffer.from(stdout), stderr: "" };
    },
  };
}
