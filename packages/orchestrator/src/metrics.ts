export type Labels = Readonly<Record<string, string>>;

type Kind = "counter" | "gauge" | "histogram";

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
    this.#samples.set(renderLabels(labels), value);
  }

  increment(labels: Labels = {}): void {
    const key = renderLabels(labels);
    this.#samples.set(key, (this.#samples.get(key) ?? 0) + 1);
  }

  render(): string {
    const samples = [...this.#samples].map(([labels, value]) => `${this.name}${labels} ${value}\n`);
    return header(this.name, this.help, this.kind) + samples.join("");
  }
}

/** How long something took, in seconds, in cumulative buckets. */
export class Histogram {
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count += 1;
    for (const [index, bound] of this.#bounds.entries()) {
      if (value <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    }
  }

  render(): string {
    const buckets = this.#bounds.map((bound, index) => `${this.name}_bucket{le="${bound}"} ${this.#counts[index]}\n`);
    return [
      header(this.name, this.help, "histogram"),
      ...buckets,
      `${this.name}_bucket{le="+Inf"} ${this.#count}\n`,
      `${this.name}_sum ${this.#sum}\n`,
      `${this.name}_count ${this.#count}\n`,
    ].join("");
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

  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.#add(new Histogram(name, help, bounds));
  }

  render(): string {
    return this.#metrics.map((metric) => metric.render()).join("");
  }

  #add<M extends Metric | Histogram>(metric: M): M {
    this.#metrics.push(metric);
    return metric;
  }
}

const header = (name: string, help: string, kind: Kind): string =>
  `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${kind}\n`;

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escapeLabel = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
