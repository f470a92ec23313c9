import { Principal } from "@icos/certification";
import {
  decodeRecord,
  getApiBoundaryNodeRecord,
  getListedSubnetForNodeId,
  getNodeKey,
  getNodeOperatorRecord,
  getNodeRecord,
  getReplicaVersionOfSubnet,
  getTlsCertificate,
  getUnassignedNodesConfig,
  KeyPurpose,
  PublicKeySchema,
  type PublicKey,
  type RegistryReader,
} from "@icos/registry";
import type { Membership } from "./assignment.ts";
import type { NodeKeys } from "./node-keys.ts";

/**
 * What the latest version of the registry says about the node. A subnet that starts as an NNS has no members yet. An API
 * boundary node is unassigned and has a version of its own.
 */
export function membershipOf(registry: RegistryReader, node: Principal): Membership {
  const version = registry.latestVersion();
  const registered = getNodeRecord(registry, node, version) !== undefined;
  const subnet = getListedSubnetForNodeId(registry, node, version);
  if (subnet === undefined || subnet.record.startAsNns) {
    const alone = getApiBoundaryNodeRecord(registry, node, version)?.version;
    const replicaVersion = alone ?? getUnassignedNodesConfig(registry, version)?.replicaVersion;
    return { registered, subnetId: undefined, replicaVersion };
  }
  const replicaVersion = getReplicaVersionOfSubnet(registry, subnet.subnetId, version);
  return { registered, subnetId: subnet.subnetId.toText(), replicaVersion };
}

/** Whether the latest version of the registry has every key of the node, each as it is here. */
export function holdsKeys(registry: RegistryReader, keys: NodeKeys): boolean {
  const version = registry.latestVersion();
  const same = (purpose: KeyPurpose, encoded: Uint8Array): boolean => {
    const registered = getNodeKey(registry, keys.nodeId, purpose, version);
    return (
      registered !== undefined && equalKeys(registered, decodeRecord(PublicKeySchema, encoded, "an own public key"))
    );
  };
  const certificate = getTlsCertificate(registry, keys.nodeId, version);
  return (
    getNodeRecord(registry, keys.nodeId, version) !== undefined &&
    same(KeyPurpose.nodeSigning, keys.public.nodeSigning) &&
    same(KeyPurpose.committeeSigning, keys.public.committeeSigning) &&
    certificate !== undefined &&
    Buffer.compare(certificate, keys.tls.certificateDer) === 0
  );
}

function equalKeys(a: PublicKey, b: PublicKey): boolean {
  return a.algorithm === b.algorithm && Buffer.compare(a.keyValue, b.keyValue) === 0;
}

/** The data centre of the node's operator. */
export function dataCenterOf(registry: RegistryReader, node: Principal): string | undefined {
  const version = registry.latestVersion();
  const operator = getNodeRecord(registry, node, version)?.nodeOperatorId;
  if (operator === undefined || operator.length === 0) return undefined;
  return getNodeOperatorRecord(registry, Principal.fromUint8Array(operator), version)?.dcId;
}
