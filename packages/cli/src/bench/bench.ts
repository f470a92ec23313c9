import { median } from "./median.ts";

/** What a result is hoped to be; nothing fails when it is not. */
export interface Aim {
  readonly of: "value" | "ratio";
  readonly is: "below" | "at-most" | "at-least";
  readonly limit: number;
}

/** What the same thing costs elsewhere, measured in the same run unless `name` says that it is a published number. */
export interface Peer {
  readonly name: string;
  readonly value: number;
  readonly samples?: readonly number[] | undefined;
}

export interface Measurement {
  readonly name: string;
  /** The median of the samples, when there are several. */
  readonly value: number;
  /** `s`, `MB` (10^6 bytes), `MB/s`, `frames/s`. */
  readonly unit: string;
  readonly samples?: readonly number[] | undefined;
  readonly peer?: Peer | undefined;
  /** `value` divided by the peer's. */
  readonly ratio?: number | undefined;
  readonly aim?: Aim | undefined;
  readonly met?: boolean | undefined;
}

/** What a bench may use. */
export interface BenchContext {
  /** The checkout that is measured. */
  readonly repository: string;
  /** An empty directory on the disk of the cache; it is removed afterwards. */
  readonly directory: string;
  /** Aborted by Ctrl-C and when the bench takes longer than it said. */
  readonly signal: AbortSignal;
  /** Says what is being done now. */
  readonly report: (text: string) => void;
  /** Says what the virtual machines of this bench ran on. */
  readonly ranOn: (accelerator: "kvm" | "tcg") => void;
}

/** What `bench/NAME.bench.ts` exports as `bench`. */
export interface Bench {
  /** The file's name without `.bench.ts`. */
  readonly name: string;
  /** One sentence. */
  readonly what: string;
  /** It is given up after so long. */
  readonly limitMinutes: number;
  run(context: BenchContext): Promise<readonly Measurement[]>;
}

export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly samples: readonly number[];
  readonly peer?: { readonly name: string; readonly samples: readonly number[] } | undefined;
  readonly aim?: Aim | undefined;
}

/** Samples to a measurement: medians, their ratio, and whether the aim was met (before anything is rounded). */
export function measurement({ name, unit, samples, peer, aim }: Measured): Measurement {
  const value = median(samples);
  const peerValue = peer === undefined ? undefined : median(peer.samples);
  const ratio = peerValue === undefined ? undefined : value / peerValue;
  const judged = aim?.of === "ratio" ? ratio : value;
  return {
    name,
    value: round(value),
    unit,
    ...(samples.length > 1 ? { samples: samples.map(round) } : {}),
    ...(peer === undefined || peerValue === undefined
      ? {}
      : {
          peer: {
            name: peer.name,
            value: round(peerValue),
            ...(peer.samples.length > 1 ? { samples: peer.samples.map(round) } : {}),
          },
        }),
    ...(ratio === undefined ? {} : { ratio: round(ratio) }),
    ...(aim === undefined || judged === undefined ? {} : { aim, met: isMet(aim, judged) }),
  };
}

function isMet({ is, limit }: Aim, value: number): boolean {
  switch (is) {
    case "below":
      return value < limit;
    case "at-most":
      return value <= limit;
    case "at-least":
      return value >= limit;
    default:
      return is satisfies never;
  }
}

/** Four digits are more than any of these measurements can repeat. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
