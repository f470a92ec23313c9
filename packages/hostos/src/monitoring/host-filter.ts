import type { FilterAction, FilterRule } from "@icos/metrics";

const keep: FilterAction = { kind: "keep" };
const drop: FilterAction = { kind: "drop" };
const hold30s: FilterAction = { kind: "hold", milliseconds: 30_000 };

/**
 * What the public may see of a host (upstream's template of its metrics proxy): every rule is applied, in this order, and
 * the last word on a sample counts. What a guest does for its users shows in the temperature and the load of its host, so
 * both are blurred in time, and the temperature in value.
 */
export const HOSTOS_RULES: readonly FilterRule[] = [
  { name: /^.*$/s, actions: [drop] },
  { name: /^node_hwmon_.*$/, actions: [keep] },
  {
    name: /^node_hwmon_temp_celsius$/,
    actions: [{ kind: "noise", amplitude: 3, quantum: 0.25 }, hold30s],
  },
  { name: /^power_.*$/, actions: [keep] },
  { name: /^node_filesystem_device_error$/, actions: [keep] },
  { name: /^node_filesystem_device_error$/, labels: { fstype: /^tmpfs$/ }, actions: [drop] },
  { name: /^nvme_.*$/, actions: [keep] },
  { name: /^node_cpu_.*$/, actions: [hold30s, keep] },
  { name: /^node_network_(?:carrier|info|iface|mtu|receive|transmit)(?:_.*)?$/, actions: [keep] },
  { name: /^hostos_version$/, actions: [keep] },
];
