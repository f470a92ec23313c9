import { selfAuthenticating, thresholdKeyFromDer } from "@icos/certification";
import {
  AlgorithmId,
  canisterIdOf,
  DataCenterRecordSchema,
  HostosVersionRecordSchema,
  type Mutation,
  NodeOperatorRecordSchema,
  PublicKeySchema,
  put,
  registryKey,
  ReplicaVersionRecordSchema,
  RoutingTableSchema,
  routingEntry,
  SubnetIdSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  SubnetType,
  UnassignedNodesConfigRecordSchema,
} from "@icos/registry";
import type { NnsInit } from "./init.ts";

/** Canister ids of the NNS: its first range, as on mainnet. */
const NNS_CANISTERS = [0n, 0xf_ffffn] as const;

/**
 * The first version of a registry. The NNS subnet is the holder of the root key: it has an id, a threshold key, a
 * record and canister ids, but no members and no place in the subnet list, since no node of the network runs it.
 */
export function initialMutations(init: NnsInit, rootKey: Uint8Array): Mutation[] {
  const nns = selfAuthenticating(rootKey);
  const [first, last] = NNS_CANISTERS;
  return [
    put("insert", registryKey.nnsSubnetId, SubnetIdSchema, { principalId: { raw: nns.toUint8Array() } }),
    put("insert", registryKey.subnetRecord(nns), SubnetRecordSchema, {
      subnetType: SubnetType.SYSTEM,
      replicaVersionId: init.replicaVersion?.id ?? "",
    }),
    put("insert", registryKey.thresholdKey(nns), PublicKeySchema, {
      algorithm: AlgorithmId.THRES_BLS12_381,
      keyValue: thresholdKeyFromDer(rootKey),
    }),
    put("insert", registryKey.subnetList, SubnetListRecordSchema, { subnets: [] }),
    put("insert", registryKey.canisterRanges(canisterIdOf(first)), RoutingTableSchema, {
      entries: [routingEntry(nns, first, last)],
    }),
    ...init.dataCenters.map(({ id, region, owner, gps }) =>
      put("insert", registryKey.dataCenterRecord(id), DataCenterRecordSchema, {
        id: id.toLowerCase(),
        region,
        owner,
        ...(gps && { gps }),
      }),
    ),
    ...init.operators.map(({ principal, provider, dataCenter, allowance, maxRewardableNodes }) =>
      put("insert", registryKey.nodeOperatorRecord(principal), NodeOperatorRecordSchema, {
        nodeOperatorPrincipalId: principal.toUint8Array(),
        nodeProviderPrincipalId: provider.toUint8Array(),
        nodeAllowance: BigInt(allowance),
        dcId: dataCenter.toLowerCase(),
        maxRewardableNodes,
      }),
    ),
    ...versionMutations(init),
  ];
}

function versionMutations({ replicaVersion, hostosVersion, unassignedNodes }: NnsInit): Mutation[] {
  const mutations: Mutation[] = [];
  if (hostosVersion) {
    const { id, sha256, urls } = hostosVersion;
    mutations.push(
      put("insert", registryKey.hostosVersion(id), HostosVersionRecordSchema, {
        hostosVersionId: id,
        releasePackageSha256Hex: sha256,
        releasePackageUrls: urls,
      }),
    );
  }
  if (replicaVersion) {
    const { id, sha256, urls, launchMeasurements } = replicaVersion;
    mutations.push(
      put("insert", registryKey.replicaVersion(id), ReplicaVersionRecordSchema, {
        releasePackageSha256Hex: sha256 ?? "",
        releasePackageUrls: urls,
        ...(launchMeasurements && {
          guestLaunchMeasurements: {
            guestLaunchMeasurements: launchMeasurements.map(({ measurement, kernelCmdline }) => ({
              measurement: Buffer.from(measurement, "hex"),
              ...(kernelCmdline !== undefined && { metadata: { kernelCmdline } }),
            })),
          },
        }),
      }),
    );
  }
  if (replicaVersion || unassignedNodes) {
    mutations.push(
      put("insert", registryKey.unassignedNodesConfig, UnassignedNodesConfigRecordSchema, {
        replicaVersion: unassignedNodes?.replicaVersion ?? replicaVersion?.id ?? "",
        sshReadonlyAccess: unassignedNodes?.sshReadonlyAccess ?? [],
      }),
    );
  }
  return mutations;
}
