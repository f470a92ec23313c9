import { formatHeader, formatLabels, formatNumber, type Labels } from "./exposition-format.ts";

/** One value of a metric: what a collector makes of what it read. */
export interface Sample {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly labels: Labels;
  readonly value: number;
}

export function counter(name: string, help: string, value: number, labels: Labels = {}): Sample {
  return { name, help, type: "counter", value, labels };
}

export function gauge(name: string, help: string, value: number, labels: Labels = {}): Sample {
  return { name, help, type: "gauge", value, labels };
}

/** A page in the text format of Prometheus; samples of one metric stand together, below the help of the first. */
export function renderMetrics(samples: readonly Sample[]): string {
  return Array.from(Map.groupBy(samples, ({ name }) => name).values(), renderMetric).join("");
}

function renderMetric(samples: readonly Sample[]): string {
  const [first] = samples;
  if (!first) return "";
  const lines = samples.map(({ name, labels, value }) => `${name}${formatLabels(labels)} ${formatNumber(value)}\n`);
  return formatHeader(first.name, first.help, first.type) + lines.join("");
}
