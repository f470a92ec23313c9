import { createHash } from "node:crypto";
import {
  GUESTOS_DISK_SIZE,
  GUESTOS_TABLE,
  guestosPartition,
  MemoryDisk,
  newGrubenv,
  SECTOR_SIZE,
  slotTargetsOfDisk,
  writeGpt,
  writeTar,
  type BootState,
  type GrubenvStore,
  type Slot,
} from "@icos/slots";
import { IcosError, type Clock } from "@icos/system";
import type { AlternativeModules } from "../alternative/alternative.ts";
import type { Http, HttpAnswer } from "./http.ts";
import type { RecoveryModules } from "./recover.ts";

export const FAKE_VERSION = "a1".repeat(20);

/** A small update image. */
export async function fakeImage(version = FAKE_VERSION): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of writeTar([
    { kind: "bytes", name: "VERSION.TXT", bytes: Buffer.from(`${version}\n`) },
    { kind: "bytes", name: "boot.img", bytes: Buffer.alloc(8192, "new boot ") },
    { kind: "bytes", name: "root.img", bytes: Buffer.alloc(200_000, "new root ") },
  ]))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Time that passes only by sleeping. */
export function fakeClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => slept.reduce((sum, each) => sum + each, 0),
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      slept.push(milliseconds);
    },
  };
}

/** Servers in memory: what each URL answers, one answer after the other, the last one for ever. */
export function fakeHttp(answers: Readonly<Record<string, readonly ((from: number) => HttpAnswer)[]>>) {
  const asked: { readonly url: string; readonly from: number }[] = [];
  const counts = new Map<string, number>();
  const http: Http = {
    async get(url, from, signal) {
      signal.throwIfAborted();
      asked.push({ url, from });
      const list = answers[url] ?? [];
      const count = counts.get(url) ?? 0;
      counts.set(url, count + 1);
      const answer = list[Math.min(count, list.length - 1)];
      if (answer === undefined) throw new Error("connect ECONNREFUSED");
      return answer(from);
    },
  };
  return { http, asked };
}

/** A file as a server gives it: from where it is asked, up to `end`, after which the connection breaks. */
export function serves(
  content: Uint8Array,
  { end = content.length, ranges = true } = {},
): (from: number) => HttpAnswer {
  return (asked) => {
    const from = ranges ? asked : 0;
    if (from > 0 && from >= content.length) return { kind: "nothing-left" };
    return { kind: "body", from, size: content.length, body: chunks(content.subarray(from, end)) };
  };
}

async function* chunks(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 50_000) yield content.subarray(at, at + 50_000);
}

/** What the start of a part of a slot holds until something is written to it. */
export function oldContent(slot: Slot, part: "boot" | "root" | "var"): string {
  return Buffer.alloc(4096, `old ${part} of ${slot} `).toString("latin1");
}

/** The guest's disk, its boot state and its virtual machine, in memory. */
export class FakeGuest {
  disk: MemoryDisk;
  block: Buffer;
  running = true;
  held = false;
  recoveryUnderWay = false;
  handedOver: string | undefined;
  /** A slot that was never installed. */
  empty: Slot | undefined;
  readonly log: string[] = [];

  constructor(state: BootState, disk: MemoryDisk = new MemoryDisk(GUESTOS_DISK_SIZE)) {
    this.disk = disk;
    this.block = newGrubenv(state);
  }

  /** Two slots with something in them. */
  async fill(): Promise<this> {
    const device = this.disk.device();
    await writeGpt(device, GUESTOS_TABLE);
    for (const slot of ["A", "B"] as const) {
      const targets = await slotTargetsOfDisk(device, slot);
      for (const part of ["boot", "root", "var"] as const)
        await targets[part].write(0, Buffer.from(oldContent(slot, part), "latin1"));
    }
    await device.flush();
    return this;
  }

  async contentOf(slot: "A" | "B", part: "boot" | "root" | "var", length = 4096): Promise<string> {
    const targets = await slotTargetsOfDisk(this.disk.device(), slot);
    return (await targets[part].read(0, length)).toString("latin1");
  }

  modules(): Pick<RecoveryModules, "guest" | "holdDisk" | "requireBootable" | "handOver"> & AlternativeModules {
    const store: GrubenvStore = {
      name: "grubenv",
      read: async () => this.block,
      write: async (block) => {
        if (this.running || !this.held) throw new Error("The guest may run.");
        // In a place of its own on the disk, so that the power may go here, too.
        const device = this.disk.device();
        await device.write(guestosPartition("grub").start * SECTOR_SIZE, block);
        await device.flush();
        this.block = Buffer.from(block);
        this.log.push("switched");
      },
    };
    return {
      guest: {
        stop: async () => {
          this.running = false;
          this.log.push("stopped");
        },
        start: async () => {
          if (this.held) throw new Error("The disk is in use.");
          this.running = true;
          this.log.push("started");
        },
      },
      requireNoRecovery: async () => {
        if (this.recoveryUnderWay) throw new IcosError("recovery-under-way", "A recovery is under way.");
      },
      openGrubenv: async () => store,
      holdDisk: async () => {
        if (this.running || this.held) throw new Error("The disk is in use.");
        this.held = true;
        return {
          open: async () => this.disk.device(),
          grubenv: async () => store,
          [Symbol.asyncDispose]: async () => void (this.held = false),
        };
      },
      requireBootable: async (slot) => {
        if (this.empty === slot) throw new IcosError("boot-artefacts-missing", `The slot ${slot} is empty.`);
      },
      handOver: async (hash) => void (this.handedOver = hash),
    };
  }
}
