import type { SetupStep } from "./services-config.ts";

export interface LinkPlan {
  /** The end that the kernel's network stack uses. */
  readonly host: string;
  /** The end whose frames go to and come from the virtual switch. */
  readonly wire: string;
  readonly mac: string;
  readonly mtu: number;
  /** `address/length`, added without duplicate address detection. */
  readonly addresses: readonly string[];
  /** A router forwards, and says so in its neighbour advertisements; without that nodes drop it as default router. */
  readonly router: boolean;
}

/**
 * The steps that make a pair of virtual interfaces in a new network namespace. No offloads: what leaves the stack has
 * complete checksums and fits the MTU, since the frames go to other machines as they are.
 */
export function planLink(plan: LinkPlan): SetupStep[] {
  const { host, wire, mac, mtu, addresses, router } = plan;
  const setting = (name: string, value: string): SetupStep => ({
    kind: "write",
    path: `/proc/sys/net/ipv6/conf/${name}`,
    value,
  });
  const run = (command: readonly string[], input?: readonly string[]): SetupStep => ({
    kind: "run",
    command: [...command],
    ...(input ? { input: `${input.join("\n")}\n` } : {}),
  });
  return [
    setting("all/disable_ipv6", "0"),
    setting("default/disable_ipv6", "0"),
    setting("default/accept_dad", "0"),
    setting("default/accept_ra", router ? "0" : "2"),
    ...(router ? [setting("all/forwarding", "1"), setting("default/forwarding", "1")] : []),
    run(
      ["ip", "-batch", "-"],
      [
        "link set lo up",
        `link add ${host} address ${mac} mtu ${mtu} type veth peer name ${wire} mtu ${mtu}`,
        ...(router ? [`link set ${host} addrgenmode none`] : []),
        `link set ${wire} addrgenmode none`,
      ],
    ),
    setting(`${wire}/disable_ipv6`, "1"),
    run(["ethtool", "-K", host, "tx", "off", "tso", "off", "gso", "off", "gro", "off"]),
    run(
      ["ip", "-batch", "-"],
      [
        ...addresses.map((address) => `address add ${address} dev ${host} nodad`),
        `link set ${wire} up`,
        `link set ${host} up`,
      ],
    ),
  ];
}
