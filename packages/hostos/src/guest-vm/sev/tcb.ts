import { IcosError } from "@icos/system";

/** Security versions of a processor's firmware, as the certificate of its signing key is issued for. */
export interface Tcb {
  readonly bootLoader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

/** What the firmware says of its processor. */
export interface SevPlatform {
  /** 64 bytes. */
  readonly chipId: Buffer;
  readonly reportedTcb: Tcb;
}

/** Processors whose keys AMD's service issues certificates for, with the layout of {@link Tcb}. */
export type SevProduct = "Milan" | "Genoa";

/** `TCB_VERSION` of the SNP firmware ABI, before Turin: eight bytes, of which four are reserved. */
export function parseTcb(bytes: Uint8Array): Tcb {
  const [bootLoader = 0, tee = 0, , , , , snp = 0, microcode = 0] = bytes;
  return { bootLoader, tee, snp, microcode };
}

/** The product by family and model of `/proc/cpuinfo`. Throws `sev-product-unknown`. */
export function sevProduct(cpuinfo: string): SevProduct {
  const number = (name: string): number => Number(new RegExp(`^${name}\\s*:\\s*(\\d+)$`, "m").exec(cpuinfo)?.[1]);
  const family = number("cpu family");
  const model = number("model");
  if (family === 0x19 && model <= 0x0f) return "Milan";
  if (family === 0x19 && ((model >= 0x10 && model <= 0x1f) || (model >= 0xa0 && model <= 0xaf))) return "Genoa";
  throw new IcosError(
    "sev-product-unknown",
    `This version knows the certificates of EPYC Milan and Genoa; the processor is of family ${family}, model ${model}.`,
    { next: "Disable the trusted execution environment, or use a newer version." },
  );
}

/** A byte as two decimal digits, more when it is larger. */
const digits = (value: number): string => String(value).padStart(2, "0");

/** Name of the cached certificate (upstream's). */
export function vcekFileName({ chipId, reportedTcb: tcb }: SevPlatform): string {
  const versions = `bl${digits(tcb.bootLoader)}_tee${digits(tcb.tee)}_snp${digits(tcb.snp)}_ucode${digits(tcb.microcode)}`;
  return `vcek_${chipId.toString("hex")}_${versions}.der`;
}

/** Where AMD's key distribution service has the certificate: DER. */
export function vcekUrl(base: string, product: SevProduct, { chipId, reportedTcb: tcb }: SevPlatform): string {
  const query = `blSPL=${digits(tcb.bootLoader)}&teeSPL=${digits(tcb.tee)}&snpSPL=${digits(tcb.snp)}&ucodeSPL=${digits(tcb.microcode)}`;
  return `${base}/vcek/v1/${product}/${chipId.toString("hex")}?${query}`;
}

/** Where the service has the certificates of the signers: PEM, ASK and then ARK. */
export function chainUrl(base: string, product: SevProduct): string {
  return `${base}/vcek/v1/${product}/cert_chain`;
}
