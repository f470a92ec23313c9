import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { IcosError, type Exec, type RunResult } from "@icos/system";
import type { Layout } from "../layout.ts";
import { readTable, showPartition } from "./fake-disk.ts";
import { luksHeaders, overwrite } from "./luks-fixture.ts";

/** A file system: a new object for every mkfs, so that a test sees when one was made again. */
export interface FakeFileSystem {
  whole: boolean;
  /** What a node has written since. */
  data: string;
}

/** What an encrypted volume holds: a file system, or logical volumes. */
interface Inside {
  readonly uuid: string;
  readonly key: string;
  fileSystem: FakeFileSystem | undefined;
  group: Map<string, FakeFileSystem | undefined> | undefined;
}

export type Fault = { readonly at: number; readonly when: "before" | "during" | "after" };

/** Models of the commands a boot calls. Volumes outlive a power cut; mappers and mounts do not. */
export class FakeCommands implements Exec {
  readonly log: (readonly string[])[] = [];
  /** By device path. */
  readonly volumes = new Map<string, Inside>();
  readonly mounts = new Map<string, string>();
  fault: Fault | undefined;
  readonly #layout: Layout;
  readonly #open = new Map<string, Inside>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  reset(): void {
    this.#open.clear();
    this.mounts.clear();
  }

  async run(command: readonly string[]): Promise<RunResult> {
    const index = this.log.length;
    this.log.push(command);
    const fault = this.fault?.at === index ? this.fault : undefined;
    if (fault?.when === "before") throw failed(command, "fault before");
    await this.#perform(command, fault?.when === "during");
    if (fault) throw failed(command, `fault ${fault.when}`);
    return { stdout: Buffer.alloc(0), stderr: "" };
  }

  /** The file system behind a mapper or partition device. */
  fileSystemOf(source: string): FakeFileSystem | undefined {
    const name = basename(source);
    const opened = this.#open.get(name);
    if (opened) return opened.fileSystem;
    for (const inside of this.#open.values()) {
      for (const [volume, fileSystem] of inside.group ?? []) if (mapperOf(volume) === name) return fileSystem;
    }
    return /^vda[23]$/.test(name) ? { whole: true, data: "" } : undefined;
  }

  async writeMounts(): Promise<void> {
    const lines = Array.from(this.mounts, ([target, source]) => `1 1 0:1 / ${target} rw - ext4 ${source} rw\n`);
    await writeFile(join(this.#layout.proc, "self/mountinfo"), lines.join(""));
  }

  async #perform(command: readonly string[], torn: boolean): Promise<void> {
    const [program = "", ...args] = command;
    const last = args.at(-1) ?? "";
    switch (program === "cryptsetup" ? `${program} ${args[0]}` : program) {
      case "mount":
        return this.#mountAll(command, last, torn);
      case "partx":
        return this.#addPartition(Number(args[args.indexOf("--nr") + 1]));
      case "cryptsetup luksFormat":
        return this.#luksFormat(args, last, torn);
      case "cryptsetup open":
        return this.#luksOpen(command, torn);
      case "cryptsetup close":
        this.#open.delete(last);
        return rm(join(this.#layout.dev, "mapper", last), { force: true });
      case "mkfs.ext4":
        return this.#makeFileSystem(command, last, torn);
      case "lvm":
        return this.#lvm(command, last, torn);
      case "ssh-keygen":
        await writeFile(last, torn ? "" : "private\n");
        return torn ? undefined : writeFile(`${last}.pub`, "public\n");
      case "systemctl":
        return;
      default:
        throw failed(command, "unexpected command");
    }
  }

  async #mountAll(command: readonly string[], table: string, torn: boolean): Promise<void> {
    const lines = (await readFile(table, "utf8")).trim().split("\n");
    for (const line of torn ? lines.slice(0, 1) : lines) {
      const [source = "", target = ""] = line.split(" ");
      if (this.fileSystemOf(source)?.whole !== true) throw failed(command, `no file system on ${source}`);
      this.mounts.set(target, source);
    }
    await this.writeMounts();
  }

  async #addPartition(number: number): Promise<void> {
    const { partitions } = await readTable(this.#layout);
    const partition = partitions.find((each) => each.number === number);
    if (!partition) throw failed(["partx"], "no such partition");
    await showPartition(this.#layout, partition);
  }

  async #luksFormat(args: readonly string[], device: string, torn: boolean): Promise<void> {
    const uuid = args[args.indexOf("--uuid") + 1] ?? "";
    const key = (await readFile(args[args.indexOf("--key-file") + 1] ?? "")).toString("hex");
    this.volumes.delete(device);
    const headers = luksHeaders(uuid);
    await overwrite(device, 0, torn ? headers.subarray(0, 300) : headers);
    if (!torn) this.volumes.set(device, { uuid, key, fileSystem: undefined, group: undefined });
  }

  async #luksOpen(command: readonly string[], torn: boolean): Promise<void> {
    const [device = "", mapper = ""] = command.slice(-2);
    const inside = this.volumes.get(device);
    const key = (await readFile(command[command.indexOf("--key-file") + 1] ?? "")).toString("hex");
    if (inside?.key !== key) throw failed(command, "No key available with this passphrase.");
    if (torn) return;
    this.#open.set(mapper, inside);
    await this.#showMapper(mapper);
  }

  async #makeFileSystem(command: readonly string[], device: string, torn: boolean): Promise<void> {
    const fileSystem = { whole: !torn, data: "" };
    const name = basename(device);
    const opened = this.#open.get(name);
    if (opened) opened.fileSystem = fileSystem;
    for (const inside of this.#open.values()) {
      for (const volume of inside.group?.keys() ?? []) {
        if (mapperOf(volume) === name) inside.group?.set(volume, fileSystem);
      }
    }
    const known = opened !== undefined || (await readdir(join(this.#layout.dev, "mapper"))).includes(name);
    if (!known) throw failed(command, `no device ${device}`);
  }

  async #lvm(command: readonly string[], script: string, torn: boolean): Promise<void> {
    const lines = (await readFile(script, "utf8")).split("\n").filter((line) => line !== "" && !line.startsWith("#!"));
    const inside = this.#open.get("vda10-crypt");
    if (!inside) throw failed(command, "no physical volume");
    for (const line of torn ? lines.slice(0, lines.length >> 1) : lines) {
      const words = line.split(" ");
      if (words[0] === "vgcreate") {
        if (inside.group) throw failed(command, "A volume group called store already exists.");
        inside.group = new Map();
      } else if (!inside.group) throw failed(command, 'Volume group "store" not found');
      else if (words[0] === "lvcreate") {
        const name = words[words.indexOf("--name") + 1] ?? "";
        inside.group.set(name, undefined);
        await this.#showMapper(mapperOf(name));
      } else if (line === "vgchange --activate y store") {
        for (const name of inside.group.keys()) await this.#showMapper(mapperOf(name));
      } else if (line === "vgchange --activate n store") {
        for (const name of inside.group.keys())
          await rm(join(this.#layout.dev, "mapper", mapperOf(name)), { force: true });
      } else throw failed(command, `unexpected: ${line}`);
    }
  }

  async #showMapper(name: string): Promise<void> {
    await mkdir(join(this.#layout.dev, "mapper"), { recursive: true });
    await writeFile(join(this.#layout.dev, "mapper", name), "");
  }
}

function mapperOf(volume: string): string {
  return `store-${volume.replaceAll("-", "--")}`;
}

function failed(command: readonly string[], how: string): IcosError {
  return new IcosError("command-failed", `\`${command.join(" ")}\` failed: ${how}`, {
    details: { command, exitCode: 1 },
  });
}
