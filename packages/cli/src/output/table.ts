/** A cell: what is measured, and how it is shown (colours have no width). */
export interface Cell {
  readonly text: string;
  readonly shown?: string | undefined;
}

/** Columns as wide as their widest cell, two spaces apart; no trailing spaces. */
export function renderTable(header: readonly string[], rows: readonly (readonly (string | Cell)[])[]): string {
  const table = [header, ...rows].map((row) => row.map((cell) => (typeof cell === "string" ? { text: cell } : cell)));
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column]?.text.length ?? 0)));
  return table
    .map((row) => {
      const cells = row.map(({ text, shown = text }: Cell, column) => {
        const last = column === row.length - 1;
        return last ? shown : shown + " ".repeat((widths[column] ?? 0) - text.length);
      });
      return `${cells.join("  ")}\n`;
    })
    .join("");
}

/** `1.2 s`, `59 s`, `12:07`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
