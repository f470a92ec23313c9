/** What a rule does to the samples that it is about. */
export type FilterAction =
  | { readonly kind: "keep" }
  | { readonly kind: "drop" }
  /** Adds a random amount between -amplitude and +amplitude; the sum is a multiple of the quantum. */
  | { readonly kind: "noise"; readonly amplitude: number; readonly quantum: number }
  /** Shows the same value for so long: the value changes no faster than this, however often somebody looks. */
  | { readonly kind: "hold"; readonly milliseconds: number };

export interface FilterRule {
  /** Matches the whole name of a sample. */
  readonly name: RegExp;
  /** Each matches the whole value of its label; a label that is absent is the empty text. */
  readonly labels?: Readonly<Record<string, RegExp>>;
  readonly actions: readonly FilterAction[];
}

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
