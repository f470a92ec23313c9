import { hardwareIdOf, type SevChip } from "./chip.ts";
import type { SevFirmware } from "./firmware.ts";
import type { SevProduct } from "./product.ts";
import type { Missing } from "./support.ts";
import { readTcbVersion } from "./tcb.ts";

export type ChipReading =
  | { readonly kind: "chip"; readonly chip: SevChip }
  | { readonly kind: "unusable"; readonly missing: readonly Missing[] };

/** Which chip this is, as its firmware says; or why its guests could not prove what they are. */
export function readChip(firmware: SevFirmware, product: SevProduct): ChipReading {
  const status = firmware.snpStatus();
  const missing: Missing[] = [];
  if (!status.initialised) {
    missing.push({
      what: "The firmware has not initialised SNP.",
      next: "The kernel's messages about `SEV-SNP` say why; most of the time the BIOS left no memory for the RMP table.",
    });
  }
  const hidden = [...(status.masksChipId ? ["MASK_CHIP_ID"] : []), ...(status.masksChipKey ? ["MASK_CHIP_KEY"] : [])];
  if (hidden.length > 0) {
    missing.push({
      what: `The firmware is set to ${hidden.join(" and ")}: a guest's report would not show that it is of this chip.`,
      next: "Set SNP's configuration back (SNP_CONFIG of all zeros), then start the host again.",
    });
  }
  if (missing.length > 0) return { kind: "unusable", missing };
  const hardwareId = hardwareIdOf(firmware.chipId(), product);
  return { kind: "chip", chip: { product, hardwareId, reportedTcb: readTcbVersion(status.reportedTcb, product) } };
}
