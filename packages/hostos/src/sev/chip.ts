import type { SevProduct } from "./product.ts";
import type { TcbVersion } from "./tcb.ts";

/** What a certificate of the key distribution server is asked by, and made for. */
export interface SevChip {
  readonly product: SevProduct;
  /** As the server wants it: 64 bytes; 8 for Turin. */
  readonly hardwareId: Uint8Array;
  /** The versions that attestation reports name. */
  readonly reportedTcb: TcbVersion;
}

const HARDWARE_ID_LENGTH: Record<SevProduct, number> = { Milan: 64, Genoa: 64, Turin: 8 };

/** The firmware gives every chip's id in 64 bytes; Turin's has 8, and zeros after them. */
export function hardwareIdOf(chipId: Uint8Array, product: SevProduct): Uint8Array {
  return chipId.subarray(0, HARDWARE_ID_LENGTH[product]);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const twoDigits = (level: number): string => String(level).padStart(2, "0");

/** Where a VCEK is kept. Upstream's name; Turin, which upstream does not know, has its fifth level in front. */
export function vcekFileName({ hardwareId, reportedTcb }: SevChip): string {
  const { fmc, bootLoader, tee, snp, microcode } = reportedTcb;
  const levels = [
    ...(fmc === undefined ? [] : [`fmc${twoDigits(fmc)}`]),
    `bl${twoDigits(bootLoader)}`,
    `tee${twoDigits(tee)}`,
    `snp${twoDigits(snp)}`,
    `ucode${twoDigits(microcode)}`,
  ];
  return `vcek_${hex(hardwareId)}_${levels.join("_")}.der`;
}

/** Where the certificates above it are kept. */
export function issuersFileName(product: SevProduct): string {
  return `cert_chain_${product.toLowerCase()}.pem`;
}

/** Path and query of a VCEK at the server (AMD 57230, 4.1). */
export function vcekPath({ product, hardwareId, reportedTcb }: SevChip): string {
  const { fmc, bootLoader, tee, snp, microcode } = reportedTcb;
  const query = new URLSearchParams({
    ...(fmc === undefined ? {} : { fmcSPL: twoDigits(fmc) }),
    blSPL: twoDigits(bootLoader),
    teeSPL: twoDigits(tee),
    snpSPL: twoDigits(snp),
    ucodeSPL: twoDigits(microcode),
  });
  return `/vcek/v1/${product}/${hex(hardwareId)}?${query.toString()}`;
}

/** Path of the certificates above it: ASK and ARK, as PEM. */
export function issuersPath(product: SevProduct): string {
  return `/vcek/v1/${product}/cert_chain`;
}
