import { lockPackages } from "@icos/image";
import type { CliContext } from "../context.ts";
import { stderrProgress } from "../output/progress.ts";
import { renderTable } from "../output/table.ts";
import type { ImageLock } from "../schemas/image.ts";

export async function imageLock(
  context: CliContext,
  { update = false, json }: { readonly update?: boolean; readonly json?: boolean },
): Promise<void> {
  const progress = stderrProgress();
  const phase = "Resolve packages";
  const start = performance.now();
  progress.observe({ kind: "started", phase });
  const report = await lockPackages({ update }).finally(() => {
    progress.observe({ kind: "finished", phase, milliseconds: performance.now() - start, note: undefined });
    progress.end();
  });
  const result: ImageLock = {
    file: report.file,
    packages: report.packages,
    bytes: report.bytes,
    changes: report.changes.map(({ name, from, to }) => ({ name, from: from ?? null, to: to ?? null })),
    written: report.written,
  };
  if (json) return context.out(`${JSON.stringify(result, undefined, 2)}\n`);
  if (result.changes.length > 0) {
    const rows = result.changes.map(({ name, from, to }) => [name, from ?? "-", to ?? "-"]);
    context.out(renderTable(["PACKAGE", "LOCK", "ARCHIVE"], rows));
  }
  const outcome = result.written
    ? "written"
    : result.changes.length > 0
      ? "unchanged; --update writes it"
      : "up to date";
  context.err(`${result.packages} packages, ${(result.bytes / 1e6).toFixed(1)} MB; ${result.file}: ${outcome}.\n`);
}
