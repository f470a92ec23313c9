import { PERFECT_LINK, type VirtualSwitch } from "@icos/vm";
import type { Links } from "./modules.ts";

/** The switch port of the network services; nodes' ports have the nodes' names, which have no underscore. */
export const SERVICES_PORT = "_services";

/** Faults as settings of the switch. The services stay reachable for every group of a partition. */
export function switchLinks(network: Pick<VirtualSwitch, "setLink" | "setUp" | "setPartition">): Links {
  return {
    set(node, { cut = false, ...link }) {
      const settings = Object.entries(link).filter(([, value]) => value !== undefined);
      network.setLink(node, { ...PERFECT_LINK, ...Object.fromEntries(settings) });
      network.setUp(node, !cut);
    },
    partition: (groups) => network.setPartition(groups?.map((group) => [...group, SERVICES_PORT])),
  };
}
