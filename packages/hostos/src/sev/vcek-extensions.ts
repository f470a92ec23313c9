import { IcosError } from "@icos/system";
import { DER_TAG, type DerValue, partsOf, readDer, readObjectIdentifier, readSmallInteger } from "./der-reader.ts";
import type { TcbVersion } from "./tcb.ts";

/** For which chip, and for which patch levels, a VCEK says it was made. */
export interface VcekIdentity {
  readonly hardwareId: Uint8Array;
  readonly tcb: TcbVersion;
}

const AMD = "1.3.6.1.4.1.3704.1";
/** AMD 57230, 3.1. */
const EXTENSION = {
  bootLoader: `${AMD}.3.1`,
  tee: `${AMD}.3.2`,
  snp: `${AMD}.3.3`,
  microcode: `${AMD}.3.8`,
  fmc: `${AMD}.3.9`,
  hardwareId: `${AMD}.4`,
} as const;

/** Reads AMD's extensions of a certificate in DER. @throws IcosError `der-malformed`, `vcek-extension-missing` */
export function readVcekIdentity(der: Buffer): VcekIdentity {
  const extensions = extensionsOf(der);
  const find = (name: keyof typeof EXTENSION): DerValue => {
    const value = extensions.get(EXTENSION[name]);
    if (value) return value;
    throw new IcosError("vcek-extension-missing", `The certificate has no extension ${EXTENSION[name]} (${name}).`, {
      details: { name },
    });
  };
  const level = (name: keyof typeof EXTENSION): number => {
    const [integer] = partsOf(find(name));
    if (integer?.tag !== DER_TAG.integer) {
      throw new IcosError("der-malformed", `Extension ${EXTENSION[name]} (${name}) is not an integer.`);
    }
    return readSmallInteger(integer);
  };
  return {
    hardwareId: Uint8Array.from(find("hardwareId").content),
    tcb: {
      ...(extensions.has(EXTENSION.fmc) ? { fmc: level("fmc") } : {}),
      bootLoader: level("bootLoader"),
      tee: level("tee"),
      snp: level("snp"),
      microcode: level("microcode"),
    },
  };
}

/** By object identifier: the octet string that holds the extension's value (RFC 5280, 4.1). */
function extensionsOf(der: Buffer): ReadonlyMap<string, DerValue> {
  const [certificate] = readDer(der);
  const [toBeSigned] = certificate ? partsOf(certificate) : [];
  const wrapped = (toBeSigned ? partsOf(toBeSigned) : []).find(({ tag }) => tag === DER_TAG.extensions);
  const [list] = wrapped ? partsOf(wrapped) : [];
  const found = new Map<string, DerValue>();
  for (const extension of list ? partsOf(list) : []) {
    const parts = partsOf(extension);
    const [name, value] = [parts[0], parts.at(-1)];
    if (name?.tag !== DER_TAG.objectIdentifier || value?.tag !== DER_TAG.octetString) continue;
    found.set(readObjectIdentifier(name), value);
  }
  return found;
}
