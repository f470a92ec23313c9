import { IcosError } from "@icos/system";
import type { FaultRequest } from "../control/control-schema.ts";
import type { LinkFault } from "../control/status-schema.ts";
import type { Links } from "./modules.ts";

/** The faults in force. They live as long as the supervisor: stop and resume give a whole network. */
export interface FaultBoard {
  apply(request: FaultRequest): void;
  link(node: string): LinkFault | undefined;
  /** Index of the group that holds the node. */
  group(node: string): number | undefined;
}

export function createFaultBoard(nodes: readonly string[], links: Links): FaultBoard {
  const faults = new Map<string, LinkFault>();
  let groups: readonly (readonly string[])[] | undefined;

  function check(names: readonly string[]): void {
    for (const name of names)
      if (!nodes.includes(name))
        throw new IcosError("no-such-node", `There is no node "${name}".`, { next: `Nodes: ${nodes.join(", ")}.` });
  }

  function heal(name: string): void {
    faults.delete(name);
    links.set(name, {});
  }

  return {
    apply(request) {
      switch (request.kind) {
        case "link":
          check([request.node]);
          links.set(request.node, request.fault);
          faults.set(request.node, request.fault);
          return;
        case "partition": {
          const named = request.groups.flat();
          check(named);
          const twice = named.find((name, index) => named.indexOf(name) !== index);
          if (twice !== undefined)
            throw new IcosError("request-invalid", `"${twice}" is in two groups of the partition.`);
          const rest = nodes.filter((name) => !named.includes(name));
          groups = [...request.groups, rest].filter((group) => group.length > 0);
          links.partition(groups);
          return;
        }
        case "heal":
          check(request.nodes ?? []);
          for (const name of request.nodes ?? nodes) heal(name);
          if (request.nodes === undefined) {
            groups = undefined;
            links.partition(undefined);
          }
      }
    },
    link: (node) => faults.get(node),
    group(node) {
      const index = groups?.findIndex((group) => group.includes(node)) ?? -1;
      return index < 0 ? undefined : index;
    },
  };
}
