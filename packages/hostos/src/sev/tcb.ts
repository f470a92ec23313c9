import type { SevProduct } from "./product.ts";

/** Security patch levels of what a chip runs; its certificate is made for them. */
export interface TcbVersion {
  /** Turin only. */
  readonly fmc?: number | undefined;
  readonly bootLoader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

/** `TCB_VERSION` of the SNP firmware ABI (AMD 56860, 2.2): eight bytes, whose places depend on the product. */
export function readTcbVersion(bytes: Uint8Array, product: SevProduct): TcbVersion {
  const at = (offset: number): number => bytes[offset] ?? 0;
  return product === "Turin"
    ? { fmc: at(0), bootLoader: at(1), tee: at(2), snp: at(3), microcode: at(7) }
    : { bootLoader: at(0), tee: at(1), snp: at(6), microcode: at(7) };
}

export function sameTcb(a: TcbVersion, b: TcbVersion): boolean {
  return tcbText(a) === tcbText(b);
}

/** For people. */
export function tcbText({ fmc, bootLoader, tee, snp, microcode }: TcbVersion): string {
  const first = fmc === undefined ? "" : `FMC ${fmc}, `;
  return `${first}boot loader ${bootLoader}, TEE ${tee}, SNP ${snp}, microcode ${microcode}`;
}
