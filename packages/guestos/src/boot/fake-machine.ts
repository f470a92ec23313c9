import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBootstrapTar, memoryFat } from "@icos/config";
import type { Clock, Logger } from "@icos/system";
import { GUESTOS_DISK_SIZE, GUESTOS_TABLE, writeGpt } from "@icos/slots";
import { createLayout, type Layout } from "../layout.ts";
import { configureNode } from "./configure-node.ts";
import { openPlainDevice } from "./node-disk.ts";
import { FakeCommands } from "./fake-commands.ts";
import { createSparse, readTable, showPartition } from "./fake-disk.ts";
import { mediumFiles } from "./test-medium.ts";

/** What a boot left behind. */
export interface BootOutcome {
  readonly configured: boolean;
  readonly console: readonly string[];
  readonly commands: readonly (readonly string[])[];
}

/** The programs that were called; of cryptsetup, which does many things, with what it was to do. */
export const programs = (commands: BootOutcome["commands"]): string[] =>
  commands.map(([program, first]) => (program === "cryptsetup" ? `cryptsetup ${first}` : String(program)));

/**
 * A node in a temporary directory: a disk with a real partition table, its partitions and medium as files, and the commands
 * that the boot calls as models that keep what survives a power cut apart from what does not. For tests.
 */
export class FakeMachine implements AsyncDisposable {
  readonly layout: Layout;
  readonly commands: FakeCommands;
  readonly owners = new Map<string, number>();
  readonly groups = new Map<string, number>();
  readonly logged: string[] = [];
  readonly #root: string;
  #boots = 0;

  private constructor(root: string) {
    this.#root = root;
    this.layout = createLayout(root);
    this.commands = new FakeCommands(this.layout);
  }

  static async create(
    files: ReadonlyMap<string, string> = mediumFiles(),
    variant: "prod" | "dev" = "dev",
  ): Promise<FakeMachine> {
    const machine = new FakeMachine(await mkdtemp(join(tmpdir(), "icos-boot-")));
    const { layout } = machine;
    for (const path of [layout.bootConfig, layout.bootGrub, layout.share, join(layout.var, "lib/ic/data")]) {
      await mkdir(path, { recursive: true });
    }
    await writeFile(join(layout.share, "variant"), `${variant}\n`);
    await writeFile(join(layout.share, "nns_public_key.pem"), "key of the image\n");
    await machine.#makeDisk();
    await machine.insertMedium(files);
    await machine.powerOn();
    return machine;
  }

  /** Replaces the configuration medium. */
  async insertMedium(files: ReadonlyMap<string, string>, label = "CONFIG"): Promise<void> {
    const entries = new Map(Array.from(files, ([name, text]) => [name, Buffer.from(text)]));
    await mkdir(join(this.#root, "dev"), { recursive: true });
    await writeFile(join(this.layout.dev, "vdb"), memoryFat(label, "ic-bootstrap.tar", buildBootstrapTar(entries)));
  }

  /** Loses everything volatile, and shows the kernel's view of the disk as it is now. */
  async powerOn(slot = "A"): Promise<void> {
    const { sys, proc, run, dev } = this.layout;
    for (const path of [sys, run, join(dev, "mapper")]) await rm(path, { recursive: true, force: true });
    for (const path of [
      join(sys, "class/block/vdb"),
      run,
      join(dev, "mapper"),
      join(proc, "self"),
      join(proc, "sys/kernel/random"),
    ]) {
      await mkdir(path, { recursive: true });
    }
    this.#boots += 1;
    await writeFile(join(proc, "sys/kernel/random/boot_id"), `boot-${this.#boots}\n`);
    await writeFile(join(proc, "uptime"), "5.00 1.00\n");
    await writeFile(join(proc, "cmdline"), `root=/dev/disk/by-partuuid/x dfinity.system=${slot} root_hash=00\n`);
    this.commands.reset();
    await this.commands.writeMounts();
    const { partitions } = await readTable(this.layout);
    await mkdir(join(sys, "class/block/vda"), { recursive: true });
    for (const partition of partitions) await showPartition(this.layout, partition);
  }

  async boot(): Promise<BootOutcome> {
    const lines: string[] = [];
    const before = this.commands.log.length;
    const logger: Logger = {
      log: (_, message, fields) => this.logged.push(`${message} ${JSON.stringify(fields)}`),
    };
    const configured = await configureNode(
      this.layout,
      {
        exec: this.commands,
        clock: virtualClock(),
        logger,
        setOwner: async (path, { uid, gid }) => {
          this.owners.set(path, uid);
          this.groups.set(path, gid);
        },
      },
      { write: (line) => lines.push(line) },
    );
    return { configured, console: lines, commands: this.commands.log.slice(before) };
  }

  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }

  async #makeDisk(): Promise<void> {
    await mkdir(this.layout.dev, { recursive: true });
    const disk = join(this.layout.dev, "vda");
    await createSparse(disk, GUESTOS_DISK_SIZE);
    const device = await openPlainDevice(disk, { readOnly: false });
    await writeGpt(device, GUESTOS_TABLE);
    await device.close();
  }
}

function virtualClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
}
