import { formatNumber } from "@icos/system";
import { seriesOf, type ExpositionSample } from "./exposition-line.ts";
import type { FilterAction, FilterRule } from "./filter-rules.ts";

interface Held {
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** A number from 0 to below `limit` that nobody can foretell. */
export type RandomInteger = (limit: number) => number;

export interface PageFilter {
  /** What is passed on of a sample, if anything is. */
  show(sample: ExpositionSample): ExpositionSample | undefined;
  /** The page is complete: what is held of samples that it did not have is forgotten. */
  done(): void;
}

/**
 * Applies a table of rules to the samples of one backend. What is held is remembered from page to page. Noise is drawn
 * once for as long as its value is held, so whoever asks more often sees the same sum again and learns nothing by
 * averaging; what no filter of this kind hides is the average over many such times, when the true value stays the same.
 */
export class MetricFilter {
  readonly #rules: readonly FilterRule[];
  readonly #random: RandomInteger;
  #held = new Map<string, Held>();

  constructor(rules: readonly FilterRule[], random: RandomInteger) {
    this.#rules = rules;
    this.#random = random;
  }

  /** Begins a page. */
  page(now: number): PageFilter {
    const held = new Map<string, Held>();
    return {
      show: (sample) => this.#show(sample, held, now),
      done: () => void (this.#held = held),
    };
  }

  #show(sample: ExpositionSample, held: Map<string, Held>, now: number): ExpositionSample | undefined {
    const actions = this.#actionsOn(sample);
    if (actions.findLast(({ kind }) => kind === "keep" || kind === "drop")?.kind === "drop") return undefined;
    const hold = Math.max(...actions.map((action) => (action.kind === "hold" ? action.milliseconds : 0)), 0);
    if (hold === 0) return this.#withNoise(sample, actions);
    const series = seriesOf(sample);
    const known = held.get(series) ?? this.#held.get(series);
    const fresh = known !== undefined && known.since <= now && now - known.since < hold;
    const shown = fresh ? known : { text: this.#withNoise(sample, actions).text, since: now };
    held.set(series, shown);
    return { ...sample, value: Number(shown.text), text: shown.text };
  }

  #actionsOn({ name, labels }: ExpositionSample): FilterAction[] {
    return this.#rules
      .filter((rule) => rule.name.test(name))
      .filter((rule) =>
        Object.entries(rule.labels ?? {}).every(([label, value]) => value.test(labels.get(label) ?? "")),
      )
      .flatMap((rule) => rule.actions);
  }

  #withNoise(sample: ExpositionSample, actions: readonly FilterAction[]): ExpositionSample {
    let { value } = sample;
    if (!Number.isFinite(value)) return sample;
    for (const action of actions) {
      if (action.kind !== "noise") continue;
      const steps = Math.floor(action.amplitude / action.quantum);
      const noise = (this.#random(2 * steps + 1) - steps) * action.quantum;
      value = Math.round((value + noise) / action.quantum) * action.quantum;
    }
    return value === sample.value ? sample : { ...sample, value, text: formatNumber(value) };
  }
}
