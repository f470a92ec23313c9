import { create } from "@bufbuild/protobuf";
import type { Principal } from "@icos/certification";
import { chainKeyText, needsPreSignatures } from "../chain-key-id.ts";
import { registryKey } from "../keys.ts";
import {
  ChainKeyConfigSchema,
  ChainKeyEnabledSubnetListSchema,
  EcdsaCurve,
  MasterPublicKeyIdSchema,
  SchnorrAlgorithm,
  VetKdCurve,
  type ChainKeyConfig,
  type MasterPublicKeyId,
  type SubnetRecord,
} from "../records.ts";
import { put, type Mutation } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { textOf } from "./membership.ts";
import { refuse } from "./refuse.ts";

/** A chain key, as upstream's candid variant. */
export type MasterPublicKeyIdPayload =
  | { readonly kind: "Ecdsa"; readonly curve: "secp256k1"; readonly name: string }
  | { readonly kind: "Schnorr"; readonly algorithm: "ed25519" | "bip340secp256k1"; readonly name: string }
  | { readonly kind: "VetKd"; readonly curve: "bls12_381_g2"; readonly name: string };

export interface KeyConfigPayload {
  readonly key_id?: MasterPublicKeyIdPayload | undefined;
  /** For keys that need presignatures, and only for them. */
  readonly pre_signatures_to_create_in_advance?: number | undefined;
  readonly max_queue_size?: number | undefined;
}

export interface ChainKeyConfigPayload {
  readonly key_configs: readonly KeyConfigPayload[];
  readonly signature_request_timeout_ns?: bigint | undefined;
  readonly idkg_key_rotation_period_ms?: bigint | undefined;
  readonly max_parallel_pre_signature_transcripts_in_creation?: number | undefined;
}

/** The configuration of a subnet's chain keys: no key is lost, and a new one is new in the whole network. */
export function chainKeyConfigOf(
  view: RegistryView,
  held: SubnetRecord,
  payload: ChainKeyConfigPayload,
): ChainKeyConfig {
  const config = create(ChainKeyConfigSchema, {
    keyConfigs: payload.key_configs.map(({ key_id, ...rest }) => {
      if (!key_id) throw refuse("chain-key-config", "A key configuration needs key_id.");
      const keyId = chainKeyOf(key_id);
      const presignatures = rest.pre_signatures_to_create_in_advance;
      if (presignatures !== undefined && !needsPreSignatures(keyId)) {
        throw refuse("chain-key-config", `The chain key ${chainKeyText(keyId)} needs no presignatures.`);
      }
      return {
        keyId,
        ...(presignatures !== undefined && { preSignaturesToCreateInAdvance: presignatures }),
        ...(rest.max_queue_size !== undefined && { maxQueueSize: rest.max_queue_size }),
      };
    }),
    ...(payload.signature_request_timeout_ns !== undefined && {
      signatureRequestTimeoutNs: payload.signature_request_timeout_ns,
    }),
    ...(payload.idkg_key_rotation_period_ms !== undefined && {
      idkgKeyRotationPeriodMs: payload.idkg_key_rotation_period_ms,
    }),
    ...(payload.max_parallel_pre_signature_transcripts_in_creation !== undefined && {
      maxParallelPreSignatureTranscriptsInCreation: payload.max_parallel_pre_signature_transcripts_in_creation,
    }),
  });
  const [before, after] = [keysOf(held.chainKeyConfig), keysOf(config)];
  const lost = before.find((key) => !after.includes(key));
  if (lost) throw refuse("chain-key-lost", `The chain key ${lost} cannot be taken from the subnet.`);
  for (const key of after) {
    const [holder] = before.includes(key) ? [] : view.holders("chainKeyHolder", key);
    if (holder) throw refuse("chain-key-exists", `There already is a chain key ${key}: ${holder} holds it.`);
  }
  return config;
}

export interface ChainKeySigning {
  readonly enable: readonly MasterPublicKeyIdPayload[];
  readonly disable: readonly MasterPublicKeyIdPayload[];
}

/** Lets the subnet, with its old record `held`, take requests for chain keys, or stops it. */
export function signingMutations(
  view: RegistryView,
  subnet: Principal,
  held: SubnetRecord,
  { enable, disable }: ChainKeySigning,
): Mutation[] {
  const [on, off] = [enable.map(chainKeyOf), disable.map(chainKeyOf)];
  const both = on.map(chainKeyText).find((key) => off.some((other) => chainKeyText(other) === key));
  if (both) throw refuse("chain-key-signing", `Requests for ${both} cannot be enabled and disabled.`);
  const missing = on.map(chainKeyText).find((key) => !keysOf(held.chainKeyConfig).includes(key ?? ""));
  if (missing) {
    throw refuse("chain-key-signing", `The subnet does not hold the chain key ${missing} yet; configure it before.`);
  }
  const lists = new Map<string, Mutation>();
  for (const [keys, enabled] of [
    [on, true],
    [off, false],
  ] as const) {
    for (const key of keys) {
      const name = registryKey.chainKeySubnets(key) ?? "";
      const old = readRecord(view, ChainKeyEnabledSubnetListSchema, name)?.subnets ?? [];
      const others = old.filter(({ principalId }) => textOf(principalId?.raw ?? new Uint8Array()) !== subnet.toText());
      if (!enabled && others.length === old.length) continue;
      const subnets = enabled ? [...others, { principalId: { raw: subnet.toUint8Array() } }] : others;
      lists.set(name, put("upsert", name, ChainKeyEnabledSubnetListSchema, { subnets }));
    }
  }
  return [...lists.values()];
}

function keysOf(config: ChainKeyConfig | undefined): string[] {
  return (config?.keyConfigs ?? []).flatMap(({ keyId }) => (keyId ? (chainKeyText(keyId) ?? []) : []));
}

function chainKeyOf(key: MasterPublicKeyIdPayload): MasterPublicKeyId {
  switch (key.kind) {
    case "Ecdsa": {
      const value = { curve: EcdsaCurve.SECP256K1, name: key.name };
      return create(MasterPublicKeyIdSchema, { keyId: { case: "ecdsa", value } });
    }
    case "Schnorr": {
      const { ED25519, BIP340SECP256K1 } = SchnorrAlgorithm;
      const value = { algorithm: key.algorithm === "ed25519" ? ED25519 : BIP340SECP256K1, name: key.name };
      return create(MasterPublicKeyIdSchema, { keyId: { case: "schnorr", value } });
    }
    case "VetKd":
      break;
  }
  const value = { curve: VetKdCurve.BLS12_381_G2, name: key.name };
  return create(MasterPublicKeyIdSchema, { keyId: { case: "vetkd", value } });
}
