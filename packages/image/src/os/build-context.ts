import type { Exec, PhaseObserver } from "@icos/system";
import type { ImageSettings } from "../settings.ts";
import type { ToolsTree } from "../tools/tools-tree.ts";

/** What every stage of a build is given. */
export interface BuildContext {
  readonly settings: ImageSettings;
  readonly tools: ToolsTree;
  /** Runs commands of the host (apt and dpkg only). */
  readonly exec: Exec;
  readonly observe?: PhaseObserver | undefined;
  readonly signal?: AbortSignal | undefined;
}
