import { refuse } from "./refuse.ts";

/** Buckets as upstream has them (`rs/registry/canister/src/rate_limits.rs`). */
const BUCKETS = {
  operator: { capacity: 140, refillSeconds: 4_320 },
  provider: { capacity: 140, refillSeconds: 4_320 },
  httpIp: { capacity: 7, refillSeconds: 86_400 },
} as const;
export type RateLimitBucket = keyof typeof BUCKETS;

export interface RateLimitCharge {
  readonly bucket: RateLimitBucket;
  /** Whom it is counted for: a principal in textual form, or an IP address. */
  readonly name: string;
}

interface Level {
  readonly used: number;
  /** Seconds since the Unix epoch. */
  readonly at: number;
}

/**
 * Leaky buckets, one for each operator, provider and http address. In memory only: a restart empties them (upstream
 * keeps the first two across restarts).
 */
export class RateLimits {
  readonly #levels = new Map<string, Level>();

  /** Collects charges; they count once {@link RateLimitReservation.commit} is called. */
  reserve(time: bigint): RateLimitReservation {
    const now = Number(time / 1_000_000_000n);
    const pending = new Map<string, Level>();
    return {
      charge: ({ bucket, name }) => {
        const { capacity, refillSeconds } = BUCKETS[bucket];
        const id = `${bucket} ${name}`;
        const level = pending.get(id) ?? this.#levels.get(id) ?? { used: 0, at: now };
        const refilled = Math.floor((now - level.at) / refillSeconds);
        const used = Math.max(0, level.used - refilled);
        if (used >= capacity) {
          throw refuse(
            "rate-limited",
            `Too many calls for ${bucket} ${name}: ${capacity} at once, one more every ${refillSeconds} s.`,
            {
              bucket,
              name,
            },
          );
        }
        pending.set(id, { used: used + 1, at: used === 0 ? now : level.at + refilled * refillSeconds });
      },
      commit: () => {
        for (const [id, level] of pending) this.#levels.set(id, level);
      },
    };
  }
}

export interface RateLimitReservation {
  /** @throws MutationRefused `rate-limited` */
  charge(charge: RateLimitCharge): void;
  commit(): void;
}
