import type { Aim, Measurement } from "./bench.ts";
import type { BenchResult } from "./results.ts";

const SIGN: Readonly<Record<Aim["is"], string>> = { below: "<", "at-most": "≤", "at-least": "≥" };
export const HEADER = ["MEASUREMENT", "VALUE", "PEER", "RATIO", "AIM", "MET"] as const;

/** The cells of a measurement, as `HEADER` names them. */
export function cellsOf(measurement: Measurement): readonly string[] {
  const { name, value, unit, peer, ratio, aim, met } = measurement;
  return [
    name,
    `${formatNumber(value)} ${unit}`,
    peer === undefined ? "" : `${formatNumber(peer.value)} ${unit} (${peer.name})`,
    ratio === undefined ? "" : formatNumber(ratio),
    aim === undefined ? "" : formatAim(aim, unit),
    met === undefined ? "" : met ? "yes" : "no",
  ];
}

function formatAim({ of, is, limit }: Aim, unit: string): string {
  return of === "ratio" ? `ratio ${SIGN[is]} ${limit}` : `${SIGN[is]} ${limit} ${unit}`;
}

export function formatNumber(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en").replaceAll(",", " ");
  return String(Number(value.toPrecision(3)));
}

/** `bench/results/README.md`. */
export function renderSummary(results: readonly BenchResult[]): string {
  const head = [
    "# Results of the benches",
    "",
    "Written by `./icos bench`, which runs them all; `./icos bench NAME` repeats one. Numbers of one run belong together:",
    "a ratio compares two things on the same machine in the same run. `MB` is 10^6 bytes. Aims are hopes, no bench fails",
    "for being slow.",
  ];
  return `${[...head, ...results.flatMap((result) => ["", ...section(result)])].join("\n")}\n`;
}

function section(result: BenchResult): string[] {
  const { name, what, machine, measurements } = result;
  const { versions } = machine;
  const facts = [
    result.date.slice(0, 10),
    `${machine.cores} cores of ${machine.processor}`,
    `${formatNumber(machine.memoryMiB)} MiB memory`,
    ...(machine.accelerator === null ? [] : [`virtual machines on ${machine.accelerator.toUpperCase()}`]),
    `icos ${versions.icos}`,
    `Node ${versions.node}`,
    `QEMU ${versions.qemu}`,
    `Linux ${versions.linux}`,
  ];
  const rows = [["Measurement", "Value", "Peer", "Ratio", "Aim", "Met"], Array(6).fill("---")];
  return [
    `## ${name}`,
    "",
    what,
    "",
    `    ./icos bench ${name}`,
    "",
    ...[...rows, ...measurements.map(cellsOf)].map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`),
    "",
    `${facts.join("; ")}.`,
  ];
}

function escapeCell(text: unknown): string {
  return String(text).replaceAll("|", "\\|");
}
