import { guestVmCount, hostAddressOf, type HostosConfig } from "@icos/config";
import { HOSTOS_RULES, type FilterRule } from "./filter-rules.ts";

/** The public port, of a host and of a guest alike. */
export const METRICS_PROXY_PORT = 42_372;
/** The port of the proxy's metrics about itself. */
export const OWN_METRICS_PORT = 19_100;
export const NODE_EXPORTER_PORT = 9_100;

export interface ProxyRoute {
  readonly path: string;
  readonly backend: string;
  /** Without rules everything is passed on: the guest's own proxy has filtered it. */
  readonly rules?: readonly FilterRule[];
}

/**
 * What the proxy of a host serves (upstream's generated configuration): the host's own metrics, filtered, and for each
 * guest the two pages that the guest's own proxy serves. With several guests each page's path ends in the guest's slot.
 */
export function proxyRoutesOf(config: HostosConfig): readonly ProxyRoute[] {
  const vms = guestVmCount(config.icos_settings.node_reward_type ?? "") ?? 1;
  const guests = Array.from({ length: vms }, (_, slot) => {
    const { ipv6 } = hostAddressOf(config, "GuestOS", slot);
    return ["guestos_replica", "guestos_node_exporter"].map((page) => ({
      path: `/metrics/${page}${vms === 1 ? "" : `/${slot}`}`,
      backend: `https://[${ipv6}]:${METRICS_PROXY_PORT}/metrics/${page}`,
    }));
  });
  const host = {
    path: "/metrics/hostos_node_exporter",
    backend: `https://127.0.0.1:${NODE_EXPORTER_PORT}/metrics`,
    rules: HOSTOS_RULES,
  };
  return [host, ...guests.flat()];
}
