import { refuse } from "./refuse.ts";

const HOUR = 3_600;

/** Buckets as upstream has them (`rs/registry/canister/src/rate_limits.rs`, `do_swap_node_in_subnet_directly.rs`). */
const BUCKETS = {
  operator: { capacity: 140, refillSeconds: 4_320 },
  provider: { capacity: 140, refillSeconds: 4_320 },
  httpIp: { capacity: 7, refillSeconds: 24 * HOUR },
  swapSubnet: { capacity: 1, refillSeconds: 4 * HOUR },
  swapOperator: { capacity: 1, refillSeconds: 24 * HOUR },
} as const;
export type RateLimitBucket = keyof typeof BUCKETS;

export interface RateLimitCharge {
  readonly bucket: RateLimitBucket;
  /** Whom it is counted for: principals in textual form, or an IP address. */
  readonly name: string;
  /** So many times the capacity, refilled so many times as fast. */
  readonly factor?: number | undefined;
}

/** How full a bucket is. Plain values, so that whoever keeps the registry can store them with its versions. */
export interface RateLimitLevel {
  /** A {@link RateLimitBucket} and a name. */
  readonly id: string;
  readonly used: number;
  /** Seconds since the Unix epoch at which `used` was true. */
  readonly at: number;
  /** When it is empty again; it need not be kept for longer. */
  readonly emptyAt: number;
}

/** Leaky buckets. They change only by {@link RateLimits.commit}, which is called with an accepted call's levels. */
export class RateLimits {
  readonly #levels: Map<string, RateLimitLevel>;

  constructor(stored: Iterable<RateLimitLevel> = []) {
    this.#levels = new Map(Array.from(stored, (level) => [level.id, level]));
  }

  /** Collects the charges of one call at `time` (nanoseconds since the Unix epoch). */
  reserve(time: bigint): RateLimitReservation {
    const now = Number(time / 1_000_000_000n);
    const pending = new Map<string, RateLimitLevel>();
    return {
      charge: ({ bucket, name, factor = 1 }) => {
        const capacity = BUCKETS[bucket].capacity * factor;
        const refillSeconds = BUCKETS[bucket].refillSeconds / factor;
        const id = `${bucket} ${name}`;
        const level = pending.get(id) ?? this.#levels.get(id) ?? { used: 0, at: now };
        const refilled = Math.max(0, Math.floor((now - level.at) / refillSeconds));
        const left = Math.max(0, level.used - refilled);
        if (left >= capacity) {
          const sentence = `Too many calls for ${bucket} ${name}: ${capacity} at once, one more every ${refillSeconds} s.`;
          throw refuse("rate-limited", sentence, { bucket, name });
        }
        const used = left + 1;
        const at = left === 0 ? now : level.at + refilled * refillSeconds;
        pending.set(id, { id, used, at, emptyAt: at + used * refillSeconds });
      },
      levels: () => [...pending.values()],
    };
  }

  commit(levels: readonly RateLimitLevel[]): void {
    for (const level of levels) this.#levels.set(level.id, level);
  }
}

export interface RateLimitReservation {
  /** @throws MutationRefused `rate-limited` */
  charge(charge: RateLimitCharge): void;
  /** The changed levels, to be committed when the call is accepted. */
  levels(): readonly RateLimitLevel[];
}
