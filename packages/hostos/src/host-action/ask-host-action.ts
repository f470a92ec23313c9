import { askRoot } from "../root-service/ask.ts";
import { ROOT_SOCKETS } from "../root-service/messages.ts";
import type { HostAction } from "./host-action.ts";

/** Has the root program do it. Rejects with its error, or `root-service-unavailable`. */
export async function askHostAction(
  action: HostAction,
  { signal, socket = ROOT_SOCKETS.hostAction }: { readonly signal?: AbortSignal; readonly socket?: string } = {},
): Promise<void> {
  await askRoot(socket, { action }, { signal });
}
