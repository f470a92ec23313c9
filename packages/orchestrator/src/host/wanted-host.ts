import type { Principal } from "@icos/certification";
import { getHostosVersionRecord, getNodeRecord, type RegistryReader } from "@icos/registry";
import { IcosError } from "@icos/system";

/** A version of HostOS that the registry wants on this node's host. */
export interface WantedHost {
  readonly version: string;
  /** Where its update image is; at least one. */
  readonly urls: readonly string[];
  /** Of the update image, as the registry has it. */
  readonly sha256: string;
}

/**
 * What the latest version of the registry wants of this node's host; `undefined` when it leaves the host as it is. Throws
 * `hostos-version-absent` or `hostos-version-incomplete`: upstream's task dies of a version without a URL.
 */
export function wantedHostOf(registry: RegistryReader, node: Principal): WantedHost | undefined {
  const at = registry.latestVersion();
  const version = getNodeRecord(registry, node, at)?.hostosVersionId;
  if (version === undefined || version === "") return undefined;
  const record = getHostosVersionRecord(registry, version, at);
  if (record === undefined)
    throw new IcosError("hostos-version-absent", `The registry has no record of HostOS version ${version}.`);
  const { releasePackageUrls: urls, releasePackageSha256Hex: sha256 } = record;
  if (urls.length === 0 || sha256 === "")
    throw new IcosError(
      "hostos-version-incomplete",
      `The registry has no ${urls.length === 0 ? "URL" : "hash"} of HostOS version ${version}.`,
    );
  return { version, urls, sha256 };
}

/** Not all nodes ask the same server first: rotated to the right by the exclusive or of the node id's bytes, as upstream. */
export function urlsFor(node: Principal, urls: readonly string[]): readonly string[] {
  const turn = node.toUint8Array().reduce((sum, byte) => sum ^ byte, 0) % Math.max(1, urls.length);
  return [...urls.slice(urls.length - turn), ...urls.slice(0, urls.length - turn)];
}
