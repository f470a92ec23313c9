import { checkRange, type BlockDevice } from "./block-device.ts";

const PAGE = 4096;
const SECTOR = 512;

/** Thrown by a {@link MemoryDisk} that has lost its power. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

interface PendingWrite {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** Decides, for one sector of a write that was not flushed, whether it reached the medium. */
export type SectorFate = (write: number, sector: number) => boolean;

/**
 * A disk in memory for simulations, sparse and of any size. Like a real one it may keep unflushed writes in any
 * order and in part: {@link MemoryDisk.restart} decides which sectors of them survive a power cut.
 */
export class MemoryDisk {
  readonly size: number;
  readonly #medium: Map<number, Buffer>;
  #pending: PendingWrite[] = [];
  #operations = 0;
  #cutAfter = Infinity;

  constructor(size: number, medium: Map<number, Buffer> = new Map()) {
    this.size = size;
    this.#medium = medium;
  }

  /** Writes, zeroings and flushes so far. */
  get operations(): number {
    return this.#operations;
  }

  /** Cuts the power in the `operation`-th (from 0) write or flush from now: it and all later ones throw. */
  cutPowerAt(operation: number): void {
    this.#cutAfter = this.#operations + operation;
  }

  /** The disk after the power has come back. `fate` is asked for each sector of each write that was not flushed. */
  restart(fate: SectorFate): MemoryDisk {
    const medium = new Map([...this.#medium].map(([page, bytes]) => [page, Buffer.from(bytes)]));
    for (const [index, { offset, bytes }] of this.#pending.entries()) {
      for (let at = 0; at < bytes.length;) {
        const sector = Math.floor((offset + at) / SECTOR);
        const length = Math.min(bytes.length - at, (sector + 1) * SECTOR - offset - at);
        if (fate(index, sector)) store(medium, offset + at, bytes.subarray(at, at + length));
        at += length;
      }
    }
    return new MemoryDisk(this.size, medium);
  }

  device(name = "memory"): BlockDevice {
    const range = { name, size: this.size };
    return {
      ...range,
      read: async (offset, length) => {
        checkRange(range, offset, length);
        return this.#read(offset, length);
      },
      write: async (offset, bytes) => {
        checkRange(range, offset, bytes.length);
        this.#write(offset, Buffer.from(bytes));
      },
      zero: async (offset, length) => {
        checkRange(range, offset, length);
        this.#zero(offset, length);
      },
      flush: async () => this.#flush(),
      close: async () => undefined,
    };
  }

  #read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length;) {
      const page = Math.floor((offset + at) / PAGE);
      const inPage = (offset + at) % PAGE;
      const part = Math.min(length - at, PAGE - inPage);
      this.#medium.get(page)?.copy(bytes, at, inPage, inPage + part);
      at += part;
    }
    for (const write of this.#pending) {
      const start = Math.max(offset, write.offset);
      const end = Math.min(offset + length, write.offset + write.bytes.length);
      if (start < end) write.bytes.copy(bytes, start - offset, start - write.offset, end - write.offset);
    }
    return bytes;
  }

  #write(offset: number, bytes: Buffer): void {
    const cut = this.#operations >= this.#cutAfter;
    this.#operations += 1;
    if (cut && this.#operations > this.#cutAfter + 1) throw new PowerCut("The power is off.");
    this.#pending.push({ offset, bytes });
    if (cut) throw new PowerCut("The power went off during a write.");
  }

  /** Zeroes only what holds something, so that a huge range costs nothing. */
  #zero(offset: number, length: number): void {
    const end = offset + length;
    const touched = [...this.#medium.keys()].map((page) => ({ start: page * PAGE, end: (page + 1) * PAGE }));
    for (const { offset: start, bytes } of this.#pending) touched.push({ start, end: start + bytes.length });
    let wrote = false;
    for (const part of touched.toSorted((a, b) => a.start - b.start)) {
      const from = Math.max(offset, part.start);
      const to = Math.min(end, part.end);
      if (from >= to) continue;
      this.#write(from, Buffer.alloc(to - from));
      wrote = true;
    }
    if (!wrote) this.#write(offset, Buffer.alloc(0));
  }

  #flush(): void {
    this.#write(0, Buffer.alloc(0));
    for (const { offset, bytes } of this.#pending) store(this.#medium, offset, bytes);
    this.#pending = [];
  }
}

function store(medium: Map<number, Buffer>, offset: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    const page = Math.floor((offset + at) / PAGE);
    const inPage = (offset + at) % PAGE;
    const part = Math.min(bytes.length - at, PAGE - inPage);
    let stored = medium.get(page);
    if (stored === undefined) medium.set(page, (stored = Buffer.alloc(PAGE)));
    bytes.copy(stored, inPage, at, at + part);
    at += part;
  }
}
