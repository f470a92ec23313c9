import { frameOf, type Packet } from "./framing.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

/** What a cable does to the frames, the same in each of its two directions. */
export interface LinkSettings {
  /** One way. A round trip between two ports with the same delay takes four times this. */
  readonly delayMs: number;
  /** Up to so much is added to the delay of each frame, evenly spread. Frames are never put out of order. */
  readonly jitterMs: number;
  /** 0 to 100. */
  readonly lossPercent: number;
  /** 0: not limited. */
  readonly bandwidthBitsPerSecond: number;
}

export const PERFECT_LINK: LinkSettings = { delayMs: 0, jitterMs: 0, lossPercent: 0, bandwidthBitsPerSecond: 0 };

/** Bytes that may wait for a link of limited bandwidth; more is dropped at the tail, as a switch port does. */
export const BACKLOG_BYTES = 512 * 1024;

/** Bytes that may be anywhere on the way, for long delays. */
export const IN_FLIGHT_BYTES = 16 * 1024 * 1024;

/** Bits that Ethernet adds to a frame on the wire: preamble 8, checksum 4, gap 12 bytes. */
const WIRE_OVERHEAD_BYTES = 24;

export interface LinkCounters {
  lost: number;
  droppedQueueFull: number;
}

/** One direction of a cable. */
export interface Link {
  send(packet: Packet): void;
  set(settings: LinkSettings): void;
  /** Drops everything on the way. */
  clear(): void;
}

/**
 * @param deliver is called at the other end, at once when the cable is perfect and empty.
 */
export function createLink(
  clock: Timeline,
  random: Random,
  counters: LinkCounters,
  deliver: (packet: Packet) => void,
): Link {
  let settings = PERFECT_LINK;
  let perfect = true;
  /** Until when the bandwidth is taken. */
  let busyUntil = -Infinity;
  let lastArrival = -Infinity;
  let queue: { readonly packet: Packet; readonly at: number }[] = [];
  let first = 0;
  let queuedBytes = 0;
  let cancelTimer: (() => void) | undefined;

  function arrive(): void {
    cancelTimer = undefined;
    const now = clock.now();
    for (;;) {
      const entry = queue[first];
      if (entry === undefined || entry.at > now) break;
      first += 1;
      queuedBytes -= entry.packet.length;
      deliver(entry.packet);
    }
    if (first === queue.length || (first > 64 && first * 2 > queue.length)) {
      queue = queue.slice(first);
      first = 0;
    }
    arm(now);
  }

  function arm(now: number): void {
    const next = queue[first];
    if (next !== undefined && cancelTimer === undefined) cancelTimer = clock.setTimer(next.at - now, arrive);
  }

  function sendLater(packet: Packet): void {
    if (settings.lossPercent > 0 && random() * 100 < settings.lossPercent) {
      counters.lost += 1;
      return;
    }
    const now = clock.now();
    const { bandwidthBitsPerSecond: bandwidth } = settings;
    const start = Math.max(now, busyUntil);
    const backlogBytes = ((start - now) * bandwidth) / 8_000;
    if (backlogBytes > BACKLOG_BYTES || queuedBytes + packet.length > IN_FLIGHT_BYTES) {
      counters.droppedQueueFull += 1;
      return;
    }
    const bits = (frameOf(packet).length + WIRE_OVERHEAD_BYTES) * 8;
    const sent = bandwidth > 0 ? start + (bits * 1_000) / bandwidth : now;
    if (bandwidth > 0) busyUntil = sent;
    const jitter = settings.jitterMs > 0 ? random() * settings.jitterMs : 0;
    const at = Math.max(lastArrival, sent + settings.delayMs + jitter);
    lastArrival = at;
    queue.push({ packet, at });
    queuedBytes += packet.length;
    arm(now);
  }

  return {
    send(packet) {
      if (perfect && first === queue.length) deliver(packet);
      else sendLater(packet);
    },
    set(next) {
      settings = next;
      busyUntil = -Infinity;
      perfect = next.delayMs + next.jitterMs + next.lossPercent + next.bandwidthBitsPerSecond === 0;
    },
    clear() {
      queue = [];
      first = 0;
      queuedBytes = 0;
      busyUntil = -Infinity;
      lastArrival = -Infinity;
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
}
