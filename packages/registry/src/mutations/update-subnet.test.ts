import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "@icos/certification";
import {
  ChainKeyEnabledSubnetListSchema,
  type MasterPublicKeyIdPayload,
  readRecord,
  registryKey,
  SubnetRecordSchema,
  type UpdateSubnetPayload,
} from "../index.ts";
import { person, subnetOf, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const ecdsa: MasterPublicKeyIdPayload = { kind: "Ecdsa", curve: "secp256k1", name: "key_1" };
const schnorr: MasterPublicKeyIdPayload = { kind: "Schnorr", algorithm: "ed25519", name: "key_1" };
const vetkd: MasterPublicKeyIdPayload = { kind: "VetKd", curve: "bls12_381_g2", name: "key_1" };
const config = (key_id: MasterPublicKeyIdPayload) => ({
  key_id,
  max_queue_size: 20,
  ...(key_id.kind !== "VetKd" && { pre_signatures_to_create_in_advance: 5 }),
});
const keys = (...ids: readonly MasterPublicKeyIdPayload[]) => ({ key_configs: ids.map(config) });

function setting() {
  const network = new TestNetwork();
  for (const index of [0, 1]) network.join(testNode(index));
  const [subnet_id, other] = [0, 1].map(
    (index) => network.do("create_subnet", subnetOf([testNode(index).id])).new_subnet_id,
  ) as [Principal, Principal];
  return {
    network,
    other,
    record: () => readRecord(network.state, SubnetRecordSchema, registryKey.subnetRecord(subnet_id)),
    update: (change: Partial<UpdateSubnetPayload>) => network.try("update_subnet", { subnet_id, ...change }),
    lists: () =>
      network.state
        .keys("master_public_key_id_")
        .map((key) => [key, readRecord(network.state, ChainKeyEnabledSubnetListSchema, key)?.subnets.length]),
  };
}

void test("what is given changes, and nothing else", () => {
  const { update, record } = setting();
  const before = record();
  assert.equal(update({ unit_delay_millis: 77n, is_halted: true, halt_at_cup_height: true }), undefined);
  assert.deepEqual({ ...record() }, { ...before, unitDelayMillis: 77n, isHalted: true, haltAtCupHeight: true });
});

void test("every setting can be changed", () => {
  const { update, record } = setting();
  const numbers = {
    max_ingress_bytes_per_message: 101n,
    max_ingress_bytes_per_block: 102n,
    max_ingress_messages_per_block: 103n,
    max_block_payload_size: 104n,
    unit_delay_millis: 105n,
    initial_notary_delay_millis: 106n,
    dkg_interval_length: 107n,
    dkg_dealings_per_block: 108n,
    max_number_of_canisters: 109n,
  };
  const change: Partial<UpdateSubnetPayload> = {
    ...numbers,
    start_as_nns: true,
    subnet_type: "application",
    features: { canister_sandboxing: true, http_requests: false },
    resource_limits: { maximum_state_size: 110n, maximum_state_delta: 111n },
    ssh_readonly_access: ["read"],
    ssh_backup_access: ["backup"],
  };
  assert.equal(update(change), undefined);
  const changed = record();
  assert.deepEqual(
    [
      changed?.maxIngressBytesPerMessage,
      changed?.maxIngressBytesPerBlock,
      changed?.maxIngressMessagesPerBlock,
      changed?.maxBlockPayloadSize,
      changed?.unitDelayMillis,
      changed?.initialNotaryDelayMillis,
      changed?.dkgIntervalLength,
      changed?.dkgDealingsPerBlock,
      changed?.maxNumberOfCanisters,
    ],
    Object.values(numbers),
  );
  assert.deepEqual([changed?.features?.canisterSandboxing, changed?.features?.httpRequests], [true, false]);
  assert.deepEqual(
    [changed?.resourceLimits?.maximumStateSize, changed?.resourceLimits?.maximumStateDelta],
    [110n, 111n],
  );
  assert.deepEqual(
    [changed?.startAsNns, changed?.sshReadonlyAccess, changed?.sshBackupAccess],
    [true, ["read"], ["backup"]],
  );
  assert.equal(update({ ssh_backup_access: [] }), undefined);
  assert.deepEqual(record()?.sshBackupAccess, []);
});

for (const [what, code, change] of [
  ["another type", "subnet-type-fixed", { subnet_type: "system" }],
  ["SEV", "subnet-sev-fixed", { features: { canister_sandboxing: false, http_requests: true, sev_enabled: true } }],
  ["51 keys", "invariant-violated", { ssh_backup_access: Array.from({ length: 51 }, (_, index) => `${index}`) }],
  ["administrators although it is not free", "invariant-violated", { subnet_admins: [person("admin")] }],
  ["a chain key without an id", "chain-key-config", { chain_key_config: { key_configs: [{ max_queue_size: 1 }] } }],
  ["a chain key without a queue", "invariant-violated", { chain_key_config: { key_configs: [{ key_id: vetkd }] } }],
  [
    "presignatures for a vetKD key",
    "chain-key-config",
    { chain_key_config: { key_configs: [{ ...config(vetkd), pre_signatures_to_create_in_advance: 1 }] } },
  ],
  [
    "no presignatures for an ECDSA key",
    "invariant-violated",
    { chain_key_config: { key_configs: [{ key_id: ecdsa, max_queue_size: 1 }] } },
  ],
  ["a chain key twice", "invariant-violated", { chain_key_config: keys(ecdsa, ecdsa) }],
  [
    "requests for a key that it gets only now",
    "chain-key-signing",
    { chain_key_config: keys(ecdsa), chain_key_signing_enable: [ecdsa] },
  ],
  [
    "requests on and off",
    "chain-key-signing",
    { chain_key_signing_enable: [ecdsa], chain_key_signing_disable: [ecdsa] },
  ],
] as const satisfies readonly (readonly [string, string, Partial<UpdateSubnetPayload>])[]) {
  void test(`a subnet does not get ${what}: ${code}`, () => {
    assert.equal(setting().update(change), code);
  });
}

void test("a subnet gets chain keys, keeps them, and takes requests for them when told", () => {
  const { network, other, update, record, lists } = setting();
  assert.equal(update({ chain_key_config: keys(ecdsa, vetkd) }), undefined);
  assert.equal(record()?.chainKeyConfig?.keyConfigs.length, 2);
  assert.equal(update({ chain_key_config: keys(ecdsa) }), "chain-key-lost");
  assert.equal(network.try("update_subnet", { subnet_id: other, chain_key_config: keys(vetkd) }), "chain-key-exists");
  assert.equal(update({ chain_key_signing_enable: [schnorr] }), "chain-key-signing");
  assert.equal(update({ chain_key_signing_enable: [ecdsa, vetkd] }), undefined);
  assert.equal(update({ chain_key_signing_enable: [ecdsa], chain_key_signing_disable: [vetkd] }), undefined);
  assert.deepEqual(lists(), [
    ["master_public_key_id_ecdsa:Secp256k1:key_1", 1],
    ["master_public_key_id_vetkd:Bls12_381_G2:key_1", 0],
  ]);
  assert.equal(update({ chain_key_config: keys(ecdsa, vetkd, schnorr) }), undefined);
});

void test("there is no updating of a subnet that does not exist", () => {
  assert.equal(setting().network.try("update_subnet", { subnet_id: person("subnet") }), "subnet-unknown");
});
