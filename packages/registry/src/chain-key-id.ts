import { EcdsaCurve, SchnorrAlgorithm, VetKdCurve, type MasterPublicKeyId } from "./generated/types/v1/types_pb.ts";

type KeyIdInit = Pick<MasterPublicKeyId, "keyId">;

/** Upstream's names of curves and algorithms in the textual form. */
const ECDSA_CURVES: ReadonlyMap<number, string> = new Map([[EcdsaCurve.SECP256K1, "Secp256k1"]]);
const SCHNORR_ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [SchnorrAlgorithm.BIP340SECP256K1, "Bip340Secp256k1"],
  [SchnorrAlgorithm.ED25519, "Ed25519"],
]);
const VETKD_CURVES: ReadonlyMap<number, string> = new Map([[VetKdCurve.BLS12_381_G2, "Bls12_381_G2"]]);

/**
 * A chain key in upstream's textual form, as registry keys end in it: `ecdsa:Secp256k1:NAME`, `schnorr:Ed25519:NAME`,
 * `vetkd:Bls12_381_G2:NAME`. Undefined when it has no scheme, or one that is not known.
 */
export function chainKeyText({ keyId }: KeyIdInit): string | undefined {
  switch (keyId.case) {
    case "ecdsa":
      return join("ecdsa", ECDSA_CURVES.get(keyId.value.curve), keyId.value.name);
    case "schnorr":
      return join("schnorr", SCHNORR_ALGORITHMS.get(keyId.value.algorithm), keyId.value.name);
    case "vetkd":
      return join("vetkd", VETKD_CURVES.get(keyId.value.curve), keyId.value.name);
    case undefined:
      break;
  }
  return undefined;
}

/** Whether the text is what {@link chainKeyText} makes of some chain key. */
export function isChainKeyText(text: string): boolean {
  const [scheme = "", algorithm = "", name] = splitText(text);
  if (name === undefined) return false;
  switch (scheme) {
    case "ecdsa":
      return holds(ECDSA_CURVES, algorithm);
    case "schnorr":
      return holds(SCHNORR_ALGORITHMS, algorithm);
    case "vetkd":
      return holds(VETKD_CURVES, algorithm);
    default:
      return false;
  }
}

/** Whether the subnet makes presignatures for the key: all but vetKD, which needs none. */
export function needsPreSignatures({ keyId }: KeyIdInit): boolean {
  return keyId.case === "ecdsa" || keyId.case === "schnorr";
}

function join(scheme: string, algorithm: string | undefined, name: string): string | undefined {
  return algorithm === undefined ? undefined : `${scheme}:${algorithm}:${name}`;
}

/** The name may itself contain colons. */
function splitText(text: string): readonly string[] {
  const match = /^([^:]*):([^:]*):(.*)$/s.exec(text);
  return match ? match.slice(1) : [];
}

function holds(names: ReadonlyMap<number, string>, name: string): boolean {
  return [...names.values()].includes(name);
}
