import { guestVmCount, hostAddressOf, type HostosConfig } from "@icos/config";
import { METRICS_PROXY_PORT, NODE_EXPORTER_PORT, type ProxyRoute } from "@icos/metrics";
import { HOSTOS_RULES } from "./host-filter.ts";

/**
 * What the proxy of a host serves (upstream's generated configuration): the host's own metrics, filtered, and for each
 * guest the two pages that the guest's own proxy serves. With several guests each page's path ends in the guest's slot.
 */
export function proxyRoutesOf(config: HostosConfig): readonly ProxyRoute[] {
  const vms = guestVmCount(config.icos_settings.node_reward_type ?? "") ?? 1;
  const guests = Array.from({ length: vms }, (_, slot) => {
    const { ipv6 } = hostAddressOf(config, "GuestOS", slot);
    return ["guestos_replica", "guestos_node_exporter"].map((page): ProxyRoute => ({
      path: `/metrics/${page}${vms === 1 ? "" : `/${slot}`}`,
      source: { kind: "passed-on", url: `https://[${ipv6}]:${METRICS_PROXY_PORT}/metrics/${page}` },
    }));
  });
  const host: ProxyRoute = {
    path: "/metrics/hostos_node_exporter",
    source: { kind: "filtered", url: `https://127.0.0.1:${NODE_EXPORTER_PORT}/metrics`, rules: HOSTOS_RULES },
  };
  return [host, ...guests.flat()];
}
