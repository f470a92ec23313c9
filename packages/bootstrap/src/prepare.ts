import { randomBytes } from "node:crypto";
import { type Principal, selfAuthenticating, ThresholdKey, thresholdKeyToPem } from "@icos/certification";
import { type NnsInitInput, parseNnsInit, rulesOf } from "@icos/nns";
import { newNodeKeys, type NodeKeys, type NodeSecrets } from "@icos/orchestrator";
import { nextVersion, RegistryState, type RegistryVersion, TESTNET_NODE_KEYS } from "@icos/registry";
import { IcosError } from "@icos/system";
import { createPublicKey, type KeyObject } from "node:crypto";
import { DerivedSecrets } from "./derived-secrets.ts";
import { initialOperators } from "./initial-operators.ts";
import { initialRegistry, type PreparedNode, type PreparedSubnet } from "./initial-registry.ts";
import type { PrepPlan } from "./plan.ts";

export interface PrepareOptions {
  readonly plan: PrepPlan;
  /** All keys follow from it: the same seed, plan and time give the same network. Random unless told. */
  readonly seed?: Uint8Array | undefined;
  /** Of the first version, and from when certificates are valid. Milliseconds since the Unix epoch. */
  readonly time: number;
}

export interface PreparedNodeKeys extends PreparedNode {
  readonly secrets: NodeSecrets;
  readonly keys: NodeKeys;
}

/** A network that is ready to be written down. Holds its secrets. */
export interface PreparedNetwork {
  readonly version: RegistryVersion;
  readonly nodes: readonly PreparedNodeKeys[];
  readonly subnets: readonly PreparedSubnet[];
  readonly rootKeyPem: string;
  /** DER. */
  readonly rootKey: Uint8Array;
  /** What the registry's service begins with: the init file, and the seeds of its two keys. */
  readonly nns: { readonly init: string; readonly rootSeed: Uint8Array; readonly nodeSeed: Uint8Array };
  /** Keys of people that the plan does not name. */
  readonly governanceKey: KeyObject | undefined;
  readonly operatorKey: KeyObject | undefined;
}

/**
 * Makes the keys of a network and the first version of its registry, and checks that version against all invariants.
 * Writes nothing.
 * @throws IcosError with the code of a mutation that is refused, such as `invariant-violated`
 */
export function prepareNetwork({ plan, seed = randomBytes(32), time }: PrepareOptions): PreparedNetwork {
  const secrets = new DerivedSecrets(seed);
  const rootSeed = secrets.bytes("root key");
  const root = ThresholdKey.fromSeed(rootSeed).publicKey;
  const governanceKey = plan.governance ? undefined : secrets.secp256k1("governance");
  const needsOperator = plan.nodes.some((node) => node.node_operator_principal_id === undefined);
  const operatorKey = plan.initial_node_operator || !needsOperator ? undefined : secrets.secp256k1("operator");
  const initialOperator = plan.initial_node_operator ?? (operatorKey && principalOf(operatorKey));
  const nodes = plan.nodes.map((node): PreparedNodeKeys => {
    const operator = node.node_operator_principal_id ?? initialOperator;
    if (!operator) throw new IcosError("prep-operator-missing", `Node ${node.idx} has no operator.`);
    const nodeSecrets = secrets.node(node.idx);
    const keys = newNodeKeys(nodeSecrets, time, secrets.bytes(`node ${node.idx} certificate`, 16));
    return { plan: node, nodeId: keys.nodeId, public: keys.public, operator, secrets: nodeSecrets, keys };
  });
  const governance = plan.governance ?? (governanceKey && principalOf(governanceKey));
  if (!governance) throw new IcosError("prep-governance-missing", "There is no governance.");
  const init = JSON.stringify(nnsInit(plan, governance, nodes, initialOperator), undefined, 2);
  const parsed = parseNnsInit(init);
  const { mutations, subnets } = initialRegistry(plan, parsed, root.der, nodes);
  const version = nextVersion(new RegistryState(), rulesOf(parsed), mutations, BigInt(time) * 1_000_000n);
  if (!version) throw new IcosError("prep-empty", "The first version of the registry is empty.");
  const nns = { init, rootSeed, nodeSeed: secrets.bytes("registry service's node key") };
  const rootKeyPem = thresholdKeyToPem(root.der);
  return { version, nodes, subnets, rootKeyPem, rootKey: root.der, nns, governanceKey, operatorKey };
}

function nnsInit(
  plan: PrepPlan,
  governance: Principal,
  nodes: readonly PreparedNode[],
  initial: Principal | undefined,
): NnsInitInput {
  const { release_package_download_url: url, release_package_sha256_hex: sha256 } = plan;
  return {
    governance: governance.toText(),
    requiredNodeKeys: [...TESTNET_NODE_KEYS],
    dataCenters: plan.data_centers.map(({ id, region, owner, gps }) => ({ id, region, owner, ...(gps && { gps }) })),
    operators: initialOperators(plan, nodes, initial),
    replicaVersion: {
      id: plan.replica_version,
      ...(url !== undefined && sha256 !== undefined && { urls: [url], sha256 }),
    },
    unassignedNodes: { replicaVersion: plan.replica_version, sshReadonlyAccess: plan.ssh_readonly_access },
  };
}

function principalOf(key: KeyObject): Principal {
  return selfAuthenticating(createPublicKey(key).export({ type: "spki", format: "der" }));
}
