import { IcosError } from "@icos/system";
import type { NodeStatus, TestnetStatus } from "../control/status-schema.ts";

/** Where the upgrade of a node's HostOS stands. */
export type HostUpgradeState =
  /** The old version runs, or nothing answers. */
  | { readonly kind: "waiting" }
  /** The new version runs, and its guest has not yet shown that it works. */
  | { readonly kind: "on-trial" }
  | { readonly kind: "done" };

/** By what the testnet's status says of a nested node. */
export function hostUpgradeState({ host, state }: NodeStatus, version: string): HostUpgradeState {
  if (host?.state !== "running" || host.version !== version) return { kind: "waiting" };
  const guestWorks = state === "healthy" || state === "unassigned";
  return host.confirmed === true && guestWorks ? { kind: "done" } : { kind: "on-trial" };
}

/** Follows the upgrade of some hosts. Each call takes a newer status; throws `host-went-back` when one gave the version up. */
export function followHostUpgrade(
  version: string,
  names: readonly string[],
): (status: TestnetStatus) => ReadonlyMap<string, HostUpgradeState> {
  const tried = new Set<string>();
  return ({ name: testnet, nodes }) => {
    const states = new Map<string, HostUpgradeState>();
    for (const node of nodes) {
      if (!names.includes(node.name)) continue;
      const state = hostUpgradeState(node, version);
      states.set(node.name, state);
      if (state.kind !== "waiting") tried.add(node.name);
      else if (tried.has(node.name) && node.host?.state === "running") throw wentBack(testnet, node, version);
    }
    return states;
  };
}

function wentBack(testnet: string, { name, host }: NodeStatus, version: string): IcosError {
  return new IcosError(
    "host-went-back",
    `The host of ${name} gave version ${version} up and runs version ${host?.version ?? "?"} again.`,
    { next: `\`icos testnet logs ${testnet}/${name}\` shows the host's console, which says why.` },
  );
}
