import type { ObjectKind } from "./config-objects.ts";
import type { FieldRow } from "./field-table.ts";

/** A field that a released version had and a later one has not. Its path is never used again. */
export interface RemovedField {
  readonly path: string;
  readonly kinds: readonly ObjectKind[];
  readonly since: string;
  /** First version without it. */
  readonly removedIn: string;
  readonly meaning: string;
  /** What an older version gets that needs it: a value, or what stands at another path of a newer object. */
  readonly restored: { readonly value: unknown } | { readonly from: string } | { readonly whenSecret: string };
}

const ALL = ["SetupOS", "HostOS", "GuestOS"] as const;
const HOSTS = ["SetupOS", "HostOS"] as const;

export const REMOVED_FIELDS: readonly RemovedField[] = [
  elasticsearch("hosts"),
  elasticsearch("tags"),
  {
    path: "icos_settings.logging",
    kinds: ALL,
    since: "1.1.0",
    removedIn: "1.9.0",
    meaning: "said where logs were sent to",
    restored: { value: {} },
  },
  {
    path: "icos_settings.use_nns_public_key",
    kinds: ALL,
    since: "1.1.0",
    removedIn: "1.10.0",
    meaning: "said that a root key came with the configuration",
    restored: { value: false },
  },
  vmResource("memory", "was the memory of the guest"),
  vmResource("cpu", "was how the guest's CPU was made"),
  vmResource("nr_of_vcpus", "was the number of the guest's CPUs"),
  injection("ic_crypto", "the node's keys"),
  injection("ic_state", "a state"),
  injection("ic_registry_local_store", "a registry"),
  {
    path: "icos_settings.use_node_operator_private_key",
    kinds: ALL,
    since: "1.1.0",
    removedIn: "1.14.0",
    meaning: "said that the operator's key was a file and not in a hardware module",
    restored: { whenSecret: "icos_settings.node_operator_private_key" },
  },
];

/** Paths of a table that are reserved: they once meant something else. Must be none. */
export function reservedPathsIn(rows: readonly FieldRow[], removed = REMOVED_FIELDS): string[] {
  const reserved = new Set(removed.map(({ path }) => path));
  return rows.map(({ path }) => path).filter((path) => reserved.has(path));
}

function elasticsearch(what: string): RemovedField {
  return {
    path: `icos_settings.logging.elasticsearch_${what}`,
    kinds: ALL,
    since: "1.1.0",
    removedIn: "1.5.0",
    meaning: `were the ${what} of Elasticsearch`,
    restored: { value: null },
  };
}

function vmResource(what: string, meaning: string): RemovedField {
  return {
    path: `hostos_settings.vm_${what}`,
    kinds: HOSTS,
    since: "1.1.0",
    removedIn: "1.11.0",
    meaning: `${meaning}; now below \`hostos_dev_settings\``,
    restored: { from: `hostos_settings.hostos_dev_settings.vm_${what}` },
  };
}

function injection(what: string, content: string): RemovedField {
  return {
    path: `guestos_settings.inject_${what}`,
    kinds: ALL,
    since: "1.1.0",
    removedIn: "1.13.0",
    meaning: `said that ${content} came with the configuration medium`,
    restored: { value: false },
  };
}
