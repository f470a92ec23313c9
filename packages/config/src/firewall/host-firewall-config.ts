import { parseJson } from "@icos/system";
import * as v from "valibot";
import { parsePrefix, type Prefix } from "./prefix.ts";

/** Below `/boot/config` of a host; optional. */
export const HOST_FIREWALL_FILE = "firewall.json";

const MOST_PREFIXES = 256;

const prefix = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): Prefix => {
    const parsed = parsePrefix(dataset.value);
    if (parsed !== undefined && !parsed.text.endsWith("/0")) return parsed;
    const message = parsed === undefined ? "is not an address or a network" : "would open the host to everybody";
    addIssue({ message });
    return NEVER;
  }),
);

const prefixes = v.optional(v.pipe(v.array(prefix), v.maxLength(MOST_PREFIXES, "has too many networks")), []);

const fields = {
  /** Who works on the host: SSH, metrics, logs. Upstream's data centres. */
  operators: prefixes,
  /** Who watches it: metrics and logs. Upstream's telemetry. */
  observers: prefixes,
  /** Who owns it: SSH, metrics of the machine, logs. Upstream's set `node_providers`. */
  node_providers: prefixes,
};

/**
 * Who may connect to a host besides its own /64. Upstream has these networks in the image; here they are the operator's.
 * A field that is not known is refused: a misspelled one would be a network that is not let in, without a word.
 */
const hostFirewall = v.strictObject(fields, ({ expected }) =>
  expected === "never" ? "is not a field of this file" : "is not an object",
);
export type HostFirewall = v.InferOutput<typeof hostFirewall>;

/** Nobody besides the own /64: what is in force without a file. */
export const NO_HOST_FIREWALL: HostFirewall = { operators: [], observers: [], node_providers: [] };

export function parseHostFirewall(text: string, file: string): HostFirewall {
  return parseJson(hostFirewall, text, {
    code: "invalid-firewall-config",
    name: "The configuration of the host's firewall",
    file,
    next: "Write lists of networks, such as 2001:db8:1::/48, under operators, observers and node_providers.",
  });
}
