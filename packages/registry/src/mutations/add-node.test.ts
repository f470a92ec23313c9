import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import {
  AlgorithmId,
  decodeRecord,
  encodeRecord,
  KeyPurpose,
  NODE_KEYS,
  NodeOperatorRecordSchema,
  NodeRecordSchema,
  NodeRewardsTableSchema,
  NodeRewardType,
  type PayloadOf,
  PublicKeySchema,
  put,
  readRecord,
  registryKey,
  X509PublicKeyCertSchema,
} from "../index.ts";
import { GOVERNANCE, OPERATOR, person, START, TestNetwork } from "../../test/network.ts";
import { testNode, tlsCertificate } from "../../test/nodes.ts";
import { makeCertificate } from "../../test/tls-certificate.ts";

type Payload = PayloadOf<"add_node">;
const { id, payload } = testNode(0);
const allowance = ({ state }: TestNetwork): bigint | undefined =>
  readRecord(state, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(OPERATOR))?.nodeAllowance;

void test("a node joins: record, keys and certificate in one version, and one of the quota is taken", () => {
  const network = new TestNetwork();
  assert.equal(network.do("add_node", payload, OPERATOR).toText(), id.toText());
  assert.equal(network.state.version, 2);
  const record = readRecord(network.state, NodeRecordSchema, registryKey.nodeRecord(id));
  assert.deepEqual(
    [
      record?.http?.ipAddr,
      record?.http?.port,
      record?.xnet?.port,
      Buffer.from(record?.nodeOperatorId ?? []).toString("hex"),
    ],
    ["fd00:1::10", 8080, 2497, Buffer.from(OPERATOR.toUint8Array()).toString("hex")],
  );
  const keys = [KeyPurpose.nodeSigning, KeyPurpose.committeeSigning].map((purpose) =>
    readRecord(network.state, PublicKeySchema, registryKey.cryptoRecord(id, purpose)),
  );
  assert.deepEqual(keys, [
    decodeRecord(PublicKeySchema, payload.node_signing_pk, "key"),
    decodeRecord(PublicKeySchema, payload.committee_signing_pk, "key"),
  ]);
  assert.deepEqual(
    readRecord(network.state, X509PublicKeyCertSchema, registryKey.tlsCertificate(id)),
    decodeRecord(X509PublicKeyCertSchema, payload.transport_tls_cert, "certificate"),
  );
  assert.equal(allowance(network), 4n);
});

void test("upstream's rules need all five keys of a node", () => {
  const network = new TestNetwork({ requiredNodeKeys: NODE_KEYS });
  assert.match(network.refusal("add_node", payload, OPERATOR), /dkgDealingEncryption, idkgMegaEncryption/);
});

void test("a node may bring an iDKG key that is a point, and no DKG key", () => {
  const point = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey.export({ format: "jwk" });
  const y = Buffer.from(point.y ?? "", "base64url");
  const keyValue = Buffer.concat([Buffer.from([2 + ((y.at(-1) ?? 0) & 1)]), Buffer.from(point.x ?? "", "base64url")]);
  const key = (value: Uint8Array) =>
    encodeRecord(PublicKeySchema, { algorithm: AlgorithmId.MEGA_SECP_256K1, keyValue: value });
  const network = new TestNetwork();
  assert.equal(
    network.try("add_node", { ...payload, idkg_dealing_encryption_pk: key(Buffer.alloc(33, 9)) }, OPERATOR),
    "node-key-invalid",
  );
  assert.equal(network.try("add_node", { ...payload, idkg_dealing_encryption_pk: key(keyValue) }, OPERATOR), undefined);
  const dealing = { ...testNode(1).payload, ni_dkg_dealing_encryption_pk: key(keyValue) };
  assert.equal(network.try("add_node", dealing, OPERATOR), "node-key-unsupported");
});

void test("who has no operator record, governance too, adds no node", () => {
  const network = new TestNetwork();
  assert.equal(network.try("add_node", payload, person("stranger")), "operator-unknown");
  assert.equal(network.try("add_node", payload, GOVERNANCE), "operator-unknown");
  assert.equal(network.state.version, 1);
});

void test("an operator without quota adds no node, and does again after a removal", () => {
  const network = new TestNetwork();
  network.do("update_node_operator_config", { node_operator_id: OPERATOR, node_allowance: 1n, rewardable_nodes: [] });
  network.do("add_node", payload, OPERATOR);
  assert.equal(network.try("add_node", testNode(1).payload, OPERATOR), "node-allowance-exhausted");
  network.do("remove_node_directly", { node_id: id }, OPERATOR);
  network.do("add_node", testNode(1).payload, OPERATOR);
});

const other = testNode(1);
const changedPop = decodeRecord(PublicKeySchema, payload.committee_signing_pk, "key");
changedPop.proofData = decodeRecord(PublicKeySchema, other.payload.committee_signing_pk, "key").proofData;
const badPop = encodeRecord(PublicKeySchema, changedPop);
const key = (algorithm: AlgorithmId, keyValue: Uint8Array) => encodeRecord(PublicKeySchema, { algorithm, keyValue });
const withCertificate = (options: Partial<Parameters<typeof makeCertificate>[0]>): Partial<Payload> => ({
  transport_tls_cert: tlsCertificate(makeCertificate({ subject: id.toText(), ...options })),
});
const trailing = Buffer.concat([makeCertificate({ subject: id.toText() }), Buffer.alloc(1)]);

for (const [what, code, change] of [
  ["no signing key", "node-key-missing", { node_signing_pk: new Uint8Array() }],
  ["no committee key", "node-key-missing", { committee_signing_pk: new Uint8Array() }],
  ["no certificate", "node-key-missing", { transport_tls_cert: new Uint8Array() }],
  ["a signing key that is not protobuf", "node-key-invalid", { node_signing_pk: Buffer.from("xx") }],
  [
    "a signing key of another algorithm",
    "node-key-invalid",
    { node_signing_pk: key(AlgorithmId.MULTI_BLS12_381, new Uint8Array(32)) },
  ],
  [
    "a signing key that is no point",
    "node-key-invalid",
    { node_signing_pk: key(AlgorithmId.ED25519, Buffer.alloc(32, 2)) },
  ],
  [
    "a signing key of small order",
    "node-key-invalid",
    { node_signing_pk: key(AlgorithmId.ED25519, new Uint8Array(32)) },
  ],
  ["another key's proof of possession", "node-key-invalid", { committee_signing_pk: badPop }],
  [
    "no proof of possession",
    "node-key-invalid",
    { committee_signing_pk: key(AlgorithmId.MULTI_BLS12_381, changedPop.keyValue) },
  ],
  ["another node's certificate", "node-key-invalid", { transport_tls_cert: other.payload.transport_tls_cert }],
  ["a certificate that is not DER", "node-key-invalid", { transport_tls_cert: tlsCertificate(Buffer.from("no")) }],
  ["a certificate with bytes after it", "node-key-invalid", { transport_tls_cert: tlsCertificate(trailing) }],
  ["a certificate of another issuer", "node-key-invalid", withCertificate({ issuer: "ca" })],
  ["a certificate that ends", "node-key-invalid", withCertificate({ notAfter: "20991231235959Z" })],
  ["a certificate from the future", "node-key-invalid", withCertificate({ notBefore: "20990101000000Z" })],
  ["a certificate of a CA", "node-key-invalid", withCertificate({ ca: true })],
  [
    "a certificate signed by another key",
    "node-key-invalid",
    withCertificate({ signer: generateKeyPairSync("ed25519").privateKey }),
  ],
  ["a host name for an endpoint", "endpoint-malformed", { http_endpoint: "node:8080" }],
  ["a port that is too large", "endpoint-malformed", { xnet_endpoint: "[fd00::1]:65536" }],
  ["one endpoint for both", "invariant-violated", { xnet_endpoint: payload.http_endpoint }],
  ["a multicast endpoint", "invariant-violated", { http_endpoint: "[ff02::1]:8080" }],
  ["an unknown reward type", "reward-type-unknown", { node_reward_type: "type9" }],
  ["a domain with an underscore", "domain-malformed", { domain: "a_b.example" }],
  ["a domain that is not ASCII", "domain-malformed", { domain: "bücher.example" }],
  [
    "a private IPv4 address",
    "ipv4-not-global",
    { public_ipv4_config: { ip_addr: "10.1.2.3", gateway_ip_addr: "10.1.2.1", prefix_length: 24 } },
  ],
  [
    "a gateway of another network",
    "ipv4-gateway",
    { public_ipv4_config: { ip_addr: "8.8.8.8", gateway_ip_addr: "8.8.9.1", prefix_length: 24 } },
  ],
  [
    "a prefix length of 0",
    "ipv4-malformed",
    { public_ipv4_config: { ip_addr: "8.8.8.8", gateway_ip_addr: "8.8.8.1", prefix_length: 0 } },
  ],
  ["a chip id", "chip-id-unattested", { chip_id: Buffer.from("chip") }],
  ["an attestation", "attestation-unsupported", { node_registration_attestation: null }],
] as const satisfies readonly (readonly [string, string, Partial<Payload>])[]) {
  void test(`a node with ${what} is refused: ${code}`, () => {
    const network = new TestNetwork();
    assert.equal(network.try("add_node", { ...payload, ...change }, OPERATOR), code);
    assert.equal(network.state.version, 1);
  });
}

void test("what a node may have besides is stored: domain, IPv4, reward type", () => {
  const network = new TestNetwork();
  const public_ipv4_config = { ip_addr: "8.8.8.8", gateway_ip_addr: "8.8.8.1", prefix_length: 24 };
  const more = { domain: "node.example.org", public_ipv4_config, node_reward_type: "type3.1" };
  network.do("add_node", { ...payload, ...more }, OPERATOR);
  const record = readRecord(network.state, NodeRecordSchema, registryKey.nodeRecord(id));
  assert.equal(record?.domain, "node.example.org");
  assert.deepEqual(record.publicIpv4Config?.gatewayIpAddr, ["8.8.8.1"]);
  assert.equal(record.nodeRewardType, NodeRewardType.TYPE3DOT1);
  assert.equal(network.try("add_node", { ...other.payload, public_ipv4_config }, OPERATOR), "ipv4-in-use");
});

void test("a node that is registered is refused, with the same keys from another address too", () => {
  const network = new TestNetwork();
  network.do("add_node", payload, OPERATOR);
  assert.equal(network.try("add_node", payload, OPERATOR), "node-already-registered");
  const moved = { ...payload, http_endpoint: "[fd00:2::1]:8080", xnet_endpoint: "[fd00:2::1]:2497" };
  assert.equal(network.try("add_node", moved, OPERATOR), "node-already-registered");
});

void test("another node's committee key is refused", () => {
  const network = new TestNetwork();
  network.do("add_node", payload, OPERATOR);
  const copied = { ...other.payload, committee_signing_pk: payload.committee_signing_pk };
  assert.match(network.refusal("add_node", copied, OPERATOR), /same bytes as crypto_record_/);
});

void test("with a rewards table, the quota by reward type is in force", () => {
  const network = new TestNetwork();
  network.write([put("insert", registryKey.nodeRewardsTable, NodeRewardsTableSchema, {})]);
  assert.equal(network.try("add_node", payload, OPERATOR), "reward-type-required");
  const typed = { node_reward_type: "type3.1" };
  assert.equal(network.try("add_node", { ...payload, ...typed }, OPERATOR), "reward-quota-exhausted");
  const max_rewardable_nodes = [["type3.1", 1]] as const;
  network.do("update_node_operator_config", { node_operator_id: OPERATOR, rewardable_nodes: [], max_rewardable_nodes });
  network.do("add_node", { ...payload, ...typed }, OPERATOR);
  assert.equal(network.try("add_node", { ...other.payload, ...typed }, OPERATOR), "reward-quota-exhausted");
  // In place of the first it does not count as one more.
  const { http_endpoint, xnet_endpoint } = payload;
  network.do("add_node", { ...other.payload, ...typed, http_endpoint, xnet_endpoint }, OPERATOR);
});

void test("with rate limits, an address takes seven calls and another one a day later", () => {
  const network = new TestNetwork({ rateLimits: true });
  for (let round = 0; round < 7; round++) {
    network.do("add_node", payload, OPERATOR);
    network.do("remove_node_directly", { node_id: id }, OPERATOR);
  }
  assert.equal(network.try("add_node", payload, OPERATOR), "rate-limited");
  network.time = START + 86_400_000_000_000n;
  network.do("add_node", payload, OPERATOR);
  network.do("remove_node_directly", { node_id: id }, OPERATOR);
  assert.equal(network.try("add_node", payload, OPERATOR), "rate-limited");
});
