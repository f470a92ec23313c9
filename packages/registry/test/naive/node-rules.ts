import {
  ApiBoundaryNodeRecordSchema,
  type ConnectionEndpoint,
  DataCenterRecordSchema,
  HostosVersionRecordSchema,
  NodeRecordSchema,
  PublicKeySchema,
  X509PublicKeyCertSchema,
} from "../../src/index.ts";
import { isPrincipal, nodeId } from "./forms.ts";
import { type NaiveRules, textOf, unique } from "./naive-registry.ts";
import { SPELLINGS } from "./spellings.ts";

/** Rules about nodes, their keys and addresses. */
export const NODE_RULES: NaiveRules = {
  "key-names": (r) =>
    [...r.records].every(([key]) => {
      const hostos = r.get(HostosVersionRecordSchema, key.startsWith("hostos_version_") ? key : "");
      if (hostos) return key === `hostos_version_${hostos.hostosVersionId}`;
      const center = r.get(DataCenterRecordSchema, key.startsWith("data_center_record_") ? key : "");
      if (center) return key === `data_center_record_${center.id.toLowerCase()}`;
      const principal =
        /^(?:node_record|crypto_tls_cert|node_operator_record|subnet_record|catch_up_package_contents|crypto_threshold_signing_public_key|api_boundary_node|firewall_rules_(?:node|subnet))_(.*)$/.exec(
          key,
        )?.[1] ?? /^crypto_record_(.*)_[1345]$/.exec(key)?.[1];
      if (principal !== undefined) return isPrincipal(principal);
      if (key.startsWith("crypto_record_")) return false;
      if (key.startsWith("firewall_rules_"))
        return ["global", "replica_nodes", "api_boundary_nodes"].includes(key.slice("firewall_rules_".length));
      if (key.startsWith("master_public_key_id_"))
        return /^master_public_key_id_(ecdsa:Secp256k1|schnorr:(Bip340Secp256k1|Ed25519)|vetkd:Bls12_381_G2):/.test(
          key,
        );
      return !key.startsWith("canister_ranges_") || /^canister_ranges_[0-9a-f]{16}0101$/.test(key);
    }),

  "node-operator": (r) => r.nodes.every(([, node]) => r.has(`node_operator_record_${textOf(node.nodeOperatorId)}`)),

  "node-keys": (r) => {
    const keys = r.all(PublicKeySchema, "crypto_record_");
    const certificates = r.all(X509PublicKeyCertSchema, "crypto_tls_cert_");
    const bytes = [...keys.map(([, key]) => key.keyValue), ...certificates.map(([, c]) => c.certificateDer)];
    const suffix = { nodeSigning: 1, dkgDealingEncryption: 3, committeeSigning: 4, idkgMegaEncryption: 5 };
    const nodesAreRight = r.nodes.every(([id]) => {
      const signing = keys.find(([name]) => name === `${id}_1`)?.[1];
      return (
        (!signing || nodeId(signing.keyValue) === id) &&
        r.rules.requiredNodeKeys.every((name) =>
          r.has(name === "tlsCertificate" ? `crypto_tls_cert_${id}` : `crypto_record_${id}_${suffix[name]}`),
        )
      );
    });
    return nodesAreRight && unique(bytes.map((value) => Buffer.from(value).toString("hex")));
  },

  "orphaned-keys": (r) =>
    [...r.records.keys()].every((key) => {
      const id = /^crypto_(?:tls_cert|record)_([a-z0-9-]+)/.exec(key)?.[1];
      return id === undefined || r.has(`node_record_${id}`);
    }),

  "api-boundary-node": (r) => {
    const nodes = r
      .all(ApiBoundaryNodeRecordSchema, "api_boundary_node_")
      .map(([id]) => r.get(NodeRecordSchema, `node_record_${id}`));
    return (
      nodes.every(
        (node) =>
          node?.domain !== undefined &&
          node.domain !== "" &&
          (SPELLINGS[node.http?.ipAddr ?? ""] ?? "").includes(":") &&
          (!node.publicIpv4Config || /^\d+\.\d+\.\d+\.\d+$/.test(node.publicIpv4Config.ipAddr)),
      ) && unique(nodes.map((node) => node?.domain?.toLowerCase().replace(/\.$/, "")))
    );
  },

  endpoints: (r) => {
    const show = (end: ConnectionEndpoint | undefined) => `${SPELLINGS[end?.ipAddr ?? ""] ?? ""} ${end?.port ?? ""}`;
    return (
      r.nodes.every(([, { http, xnet }]) =>
        [http, xnet].every((end) => end !== undefined && end.port <= 65_535 && SPELLINGS[end.ipAddr] !== undefined),
      ) && unique(r.nodes.flatMap(([, { http, xnet }]) => [show(http), show(xnet)]))
    );
  },

  "node-record": (r) =>
    r.nodes.every(([, node]) => node.sshNodeStateWriteAccess.length <= 50) &&
    unique(r.nodes.flatMap(([, { chipId }]) => (chipId?.length ? [Buffer.from(chipId).toString("hex")] : []))),
};
