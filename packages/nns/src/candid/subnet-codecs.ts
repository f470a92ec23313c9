import { IDL } from "@icp-sdk/core/candid";
import type { ChainKeyConfigPayload, MasterPublicKeyIdPayload, PayloadOf } from "@icos/registry";
import {
  bool,
  choice,
  type Codec,
  nat32,
  nat64,
  blob,
  opt,
  principal,
  record,
  reserved,
  text,
  union,
  vec,
} from "./codec.ts";

const features = record("SubnetFeatures", { canister_sandboxing: bool, http_requests: bool, sev_enabled: opt(bool) });
const subnetType = choice("SubnetType", ["application", "verified_application", "system", "cloud_engine"]);
const resourceLimits = record("ResourceLimits", { maximum_state_size: opt(nat64), maximum_state_delta: opt(nat64) });

export const createSubnetPayload: Codec<PayloadOf<"create_subnet">> = record("CreateSubnetPayload", {
  unit_delay_millis: nat64,
  features,
  max_ingress_bytes_per_message: nat64,
  max_ingress_bytes_per_block: opt(nat64),
  dkg_dealings_per_block: nat64,
  max_block_payload_size: nat64,
  start_as_nns: bool,
  is_halted: bool,
  max_ingress_messages_per_block: nat64,
  max_number_of_canisters: nat64,
  chain_key_config: opt(reserved),
  replica_version_id: text,
  dkg_interval_length: nat64,
  subnet_id_override: opt(principal),
  ssh_backup_access: vec(text),
  initial_notary_delay_millis: nat64,
  subnet_type: subnetType,
  ssh_readonly_access: vec(text),
  node_ids: vec(principal),
  canister_cycles_cost_schedule: opt(choice("CanisterCyclesCostSchedule", ["Normal", "Free"])),
  subnet_admins: opt(vec(principal)),
  resource_limits: opt(resourceLimits),
});

const masterPublicKeyId: Codec<MasterPublicKeyIdPayload> = union("MasterPublicKeyId", {
  Schnorr: record("SchnorrKeyId", {
    algorithm: choice("SchnorrAlgorithm", ["ed25519", "bip340secp256k1"]),
    name: text,
  }),
  Ecdsa: record("EcdsaKeyId", { name: text, curve: choice("EcdsaCurve", ["secp256k1"]) }),
  VetKd: record("VetKdKeyId", { curve: choice("VetKdCurve", ["bls12_381_g2"]), name: text }),
});

const chainKeyConfig: Codec<ChainKeyConfigPayload> = record("ChainKeyConfig", {
  key_configs: vec(
    record<ChainKeyConfigPayload["key_configs"][number]>("KeyConfig", {
      key_id: opt(masterPublicKeyId),
      pre_signatures_to_create_in_advance: opt(nat32),
      max_queue_size: opt(nat32),
    }),
  ),
  signature_request_timeout_ns: opt(nat64),
  idkg_key_rotation_period_ms: opt(nat64),
  max_parallel_pre_signature_transcripts_in_creation: opt(nat32),
});

export const updateSubnetPayload: Codec<PayloadOf<"update_subnet">> = record("UpdateSubnetPayload", {
  unit_delay_millis: opt(nat64),
  features: opt(features),
  halt_at_cup_height: opt(bool),
  subnet_id: principal,
  max_ingress_bytes_per_message: opt(nat64),
  max_ingress_bytes_per_block: opt(nat64),
  dkg_dealings_per_block: opt(nat64),
  max_block_payload_size: opt(nat64),
  start_as_nns: opt(bool),
  is_halted: opt(bool),
  max_ingress_messages_per_block: opt(nat64),
  max_number_of_canisters: opt(nat64),
  dkg_interval_length: opt(nat64),
  ssh_backup_access: opt(vec(text)),
  initial_notary_delay_millis: opt(nat64),
  subnet_type: opt(subnetType),
  ssh_readonly_access: opt(vec(text)),
  chain_key_config: opt(chainKeyConfig),
  chain_key_signing_enable: opt(vec(masterPublicKeyId)),
  chain_key_signing_disable: opt(vec(masterPublicKeyId)),
  subnet_admins: opt(vec(principal)),
  resource_limits: opt(resourceLimits),
});

type RegistryStoreUri = Exclude<PayloadOf<"recover_subnet">["registry_store_uri"], undefined>;

/** `record { text; text; nat64 }`: its fields have numbers. */
const registryStoreUri: Codec<RegistryStoreUri> = {
  idl: IDL.Tuple(text.idl, text.idl, nat64.idl),
  shape: {
    kind: "record",
    name: undefined,
    fields: [text, text, nat64].map(({ shape }, place) => ({ name: `${place}`, shape })),
  },
  read(value) {
    const parts: readonly unknown[] = Array.isArray(value) ? value : [];
    return { 0: text.read(parts[0]), 1: text.read(parts[1]), 2: nat64.read(parts[2]) };
  },
  write: (value) => [value[0], value[1], value[2]],
};

export const recoverSubnetPayload: Codec<PayloadOf<"recover_subnet">> = record("RecoverSubnetPayload", {
  height: nat64,
  replacement_nodes: opt(vec(principal)),
  subnet_id: principal,
  registry_store_uri: opt(registryStoreUri),
  chain_key_config: opt(reserved),
  state_hash: blob,
  time_ns: nat64,
});

export const splitSubnetPayload: Codec<PayloadOf<"split_subnet">> = record("SplitSubnetPayload", {
  destination_canister_ranges: vec(record("CanisterIdRange", { end: principal, start: principal })),
  destination_node_ids: vec(principal),
  source_subnet_id: principal,
});
