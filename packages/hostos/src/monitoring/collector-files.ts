import { join } from "node:path";
import { renderMetrics, writeFileDurably, type Sample } from "@icos/system";
import type { Layout } from "../layout.ts";

/** Below `/run`. */
export const COLLECTOR_DIRECTORY = "node_exporter/collector_textfile";

/** Files that node_exporter shows beside its own metrics. */
export interface CollectorFiles {
  /** Replaces `<name>.prom`; a reader finds the old or the new content. */
  write(name: string, samples: readonly Sample[]): Promise<void>;
}

/** Does not write what it wrote last time. */
export function collectorFiles({ run }: Pick<Layout, "run">): CollectorFiles {
  const written = new Map<string, string>();
  return {
    async write(name, samples) {
      const text = renderMetrics(samples);
      if (written.get(name) === text) return;
      await writeFileDurably(join(run, COLLECTOR_DIRECTORY, `${name}.prom`), text, 0o644);
      written.set(name, text);
    },
  };
}
