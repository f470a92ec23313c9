import { styleText } from "node:util";
import type { PhaseEvent, PhaseObserver } from "@icos/system";
import { formatDuration } from "./table.ts";

/** One line of progress. */
export interface ProgressRow {
  readonly phase: string;
  readonly state: "waiting" | "running" | "done" | "failed";
  readonly text: string;
  readonly milliseconds: number | undefined;
}

export interface ProgressReporter {
  /** For procedures made of phases. */
  readonly observe: PhaseObserver;
  /** For what reports all its rows at once, such as a testnet coming up. */
  show(rows: readonly ProgressRow[]): void;
  /** Leaves the last state on the screen. */
  end(): void;
}

export interface ProgressScreen {
  readonly live: boolean;
  readonly columns: number;
  write(text: string): void;
}

const REDRAW_MS = 200;
const MARK = { waiting: "·", running: "›", done: "✓", failed: "✗" } as const;
const COLOUR = { waiting: "gray", running: "cyan", done: "green", failed: "red" } as const;

/** A list that is redrawn in place on a terminal; elsewhere one line whenever something has changed. */
export function createProgress(screen: ProgressScreen, now: () => number = () => performance.now()): ProgressReporter {
  const rows = new Map<string, ProgressRow>();
  const since = new Map<string, number>();
  const begin = now();
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  function elapsed(row: ProgressRow): number | undefined {
    const start = since.get(row.phase);
    return row.state === "running" && start !== undefined ? now() - start : row.milliseconds;
  }

  function draw(): void {
    const lines = [...rows.values()].map((row) => liveLine(row, elapsed(row), screen.columns));
    const up = drawn > 0 ? `\u001b[${drawn}A` : "";
    screen.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join("")}`);
    drawn = lines.length;
  }

  function set(row: ProgressRow): void {
    const before = rows.get(row.phase);
    if (row.state === "running" && before?.state !== "running") since.set(row.phase, now() - (row.milliseconds ?? 0));
    rows.set(row.phase, row);
    if (!screen.live && (before?.state !== row.state || before.text !== row.text)) plainLine(row);
  }

  function plainLine(row: ProgressRow): void {
    if (row.state === "waiting") return;
    const time = formatDuration(now() - begin).padStart(7);
    const took =
      row.state !== "running" && row.milliseconds !== undefined ? ` (${formatDuration(row.milliseconds)})` : "";
    const text = [row.text, row.state === "failed" ? "failed" : ""].filter(Boolean).join(", ");
    screen.write(`${time}  ${row.phase}${text ? `: ${text}` : ""}${took}\n`);
  }

  function changed(): void {
    if (!screen.live) return;
    timer ??= setInterval(draw, REDRAW_MS).unref();
    draw();
  }

  return {
    observe(event) {
      set(rowOf(event));
      changed();
    },
    show(next) {
      for (const row of next) set(row);
      changed();
    },
    end() {
      clearInterval(timer);
      timer = undefined;
      if (screen.live && rows.size > 0) draw();
      drawn = 0;
      rows.clear();
    },
  };
}

function rowOf(event: PhaseEvent): ProgressRow {
  const { phase } = event;
  switch (event.kind) {
    case "started":
      return { phase, state: "running", text: "", milliseconds: undefined };
    case "progress":
      return { phase, state: "running", text: event.text, milliseconds: undefined };
    case "finished":
      return { phase, state: "done", text: event.note ?? "", milliseconds: event.milliseconds };
    case "failed":
      return { phase, state: "failed", text: "", milliseconds: event.milliseconds };
    default:
      return event satisfies never;
  }
}

function liveLine(row: ProgressRow, milliseconds: number | undefined, columns: number): string {
  const time = milliseconds === undefined ? "" : formatDuration(milliseconds);
  const room = Math.max(columns - time.length - 6, 10);
  const words = [row.phase, row.text].filter(Boolean).join("  ");
  const text = words.length > room ? `${words.slice(0, room - 1)}…` : words;
  const colour = COLOUR[row.state];
  const mark = styleText(colour, MARK[row.state], { stream: process.stderr });
  return `${mark} ${row.state === "waiting" ? styleText("gray", text, { stream: process.stderr }) : text}  ${styleText("gray", time, { stream: process.stderr })}`;
}

/** The reporter on standard error of this process. */
export function stderrProgress(): ProgressReporter {
  const live = process.stderr.isTTY && !process.env["CI"] && process.env["TERM"] !== "dumb";
  return createProgress({
    live,
    columns: process.stderr.columns ?? 80,
    write: (text) => void process.stderr.write(text),
  });
}
