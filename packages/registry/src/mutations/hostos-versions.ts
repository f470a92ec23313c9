import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { HostosVersionRecordSchema, NodeRecordSchema } from "../records.ts";
import { put, remove } from "../state/mutation.ts";
import type { RegistryView } from "../state/view.ts";
import { requireNode } from "./access.ts";
import type { MutationFunction } from "./context.ts";
import { distinct } from "./membership.ts";
import { refuse } from "./refuse.ts";
import { electionOf } from "./versions.ts";

export interface ReviseElectedHostosVersionsPayload {
  readonly hostos_version_to_elect?: string | undefined;
  readonly release_package_sha256_hex?: string | undefined;
  readonly release_package_urls: readonly string[];
  readonly hostos_versions_to_unelect: readonly string[];
}

export interface DeployHostosToSomeNodesPayload {
  readonly node_ids: readonly Principal[];
  /** Absent: the nodes keep what they have. */
  readonly hostos_version_id?: string | undefined;
}

/** Elects at most one version and takes any number back, as for GuestOS. */
export const reviseElectedHostosVersions: MutationFunction<ReviseElectedHostosVersionsPayload, undefined> = (
  { view },
  payload,
) => {
  const { release_package_sha256_hex: hash, release_package_urls: urls } = payload;
  const { elect, unelect } = electionOf({
    elect: payload.hostos_version_to_elect,
    hash,
    urls,
    unelect: payload.hostos_versions_to_unelect,
  });
  for (const version of unelect) {
    requireHostosVersion(view, version);
    const [user] = view.holders("hostosVersionUser", version);
    if (user !== undefined) throw refuse("version-in-use", `HostOS version ${version} is still used by ${user}.`);
  }
  const removals = unelect.map((version) => remove(registryKey.hostosVersion(version)));
  if (!elect) return { mutations: removals, reply: undefined };
  const election = put("insert", registryKey.hostosVersion(elect.version), HostosVersionRecordSchema, {
    hostosVersionId: elect.version,
    releasePackageSha256Hex: elect.hash,
    releasePackageUrls: [...elect.urls],
  });
  return { mutations: [...removals, election], reply: undefined };
};

export const deployHostosToSomeNodes: MutationFunction<DeployHostosToSomeNodesPayload, undefined> = (
  { view },
  { node_ids, hostos_version_id: version },
) => {
  if (version !== undefined) requireHostosVersion(view, version);
  const mutations = distinct(node_ids).map((node) => {
    const { hostosVersionId: _, ...record } = requireNode(view, node);
    const changed = { ...record, ...(version !== undefined && { hostosVersionId: version }) };
    return put("update", registryKey.nodeRecord(node), NodeRecordSchema, changed);
  });
  return { mutations, reply: undefined };
};

function requireHostosVersion(view: RegistryView, version: string): void {
  if (view.get(registryKey.hostosVersion(version)) === undefined) {
    throw refuse("version-not-elected", `HostOS version "${version}" is not elected.`, { version });
  }
}
