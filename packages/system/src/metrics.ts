import { formatHeader, formatLabels, formatNumber, type Labels } from "./exposition-format.ts";

/** One metric with its samples; without labels it is there from the beginning with the value 0. */
export class Metric {
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "gauge";
  readonly #samples = new Map<string, number>();

  constructor(kind: "counter" | "gauge", name: string, help: string, labelled: boolean) {
    this.kind = kind;
    this.name = name;
    this.help = help;
    if (!labelled) this.#samples.set("", 0);
  }

  set(value: number, labels: Labels = {}): void {
    this.#samples.set(formatLabels(labels), value);
  }

  increment(labels: Labels = {}): void {
    this.add(1, labels);
  }

  /** A gauge may go down. */
  add(amount: number, labels: Labels = {}): void {
    const key = formatLabels(labels);
    this.#samples.set(key, (this.#samples.get(key) ?? 0) + amount);
  }

  render(): string {
    const samples = [...this.#samples].map(([labels, value]) => `${this.name}${labels} ${formatNumber(value)}\n`);
    return formatHeader(this.name, this.help, this.kind) + samples.join("");
  }
}

interface Observations {
  readonly labels: Labels;
  /** For each bound, how many observations are not above it. */
  readonly counts: number[];
  sum: number;
  count: number;
}

/** How long something took, in seconds, in cumulative buckets; without labels it is there from the beginning. */
export class Histogram {
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #observations = new Map<string, Observations>();

  constructor(name: string, help: string, bounds: readonly number[], labelled: boolean) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    if (!labelled) this.#of({});
  }

  observe(value: number, labels: Labels = {}): void {
    const observations = this.#of(labels);
    observations.sum += value;
    observations.count += 1;
    for (const [index, bound] of this.#bounds.entries()) {
      if (value <= bound) observations.counts[index] = (observations.counts[index] ?? 0) + 1;
    }
  }

  render(): string {
    const series = this.#observations.values().flatMap((observations) => this.#render(observations));
    return formatHeader(this.name, this.help, "histogram") + [...series].join("");
  }

  #of(labels: Labels): Observations {
    const key = formatLabels(labels);
    const known = this.#observations.get(key);
    if (known) return known;
    const observations = { labels, counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
    this.#observations.set(key, observations);
    return observations;
  }

  #render({ labels, counts, sum, count }: Observations): string[] {
    const bucket = (le: string, value: number | undefined): string =>
      `${this.name}_bucket${formatLabels({ ...labels, le })} ${value}\n`;
    return [
      ...this.#bounds.map((bound, index) => bucket(String(bound), counts[index])),
      bucket("+Inf", count),
      `${this.name}_sum${formatLabels(labels)} ${formatNumber(sum)}\n`,
      `${this.name}_count${formatLabels(labels)} ${count}\n`,
    ];
  }
}

/** A page of metrics in the Prometheus text format, version 0.0.4, in the order of their definition. */
export class MetricsPage {
  readonly #metrics: (Metric | Histogram)[] = [];

  counter(name: string, help: string, options: { readonly labelled?: boolean } = {}): Metric {
    return this.#add(new Metric("counter", name, help, options.labelled ?? false));
  }

  gauge(name: string, help: string, options: { readonly labelled?: boolean } = {}): Metric {
    return this.#add(new Metric("gauge", name, help, options.labelled ?? false));
  }

  histogram(
    name: string,
    help: string,
    bounds: readonly number[],
    options: { readonly labelled?: boolean } = {},
  ): Histogram {
    return this.#add(new Histogram(name, help, bounds, options.labelled ?? false));
  }

  render(): string {
    return this.#metrics.map((metric) => metric.render()).join("");
  }

  #add<M extends Metric | Histogram>(metric: M): M {
    this.#metrics.push(metric);
    return metric;
  }
}
