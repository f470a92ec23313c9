import { IcosError } from "@icos/system";
import type { ControlledDevice } from "./device-control.ts";
import { sevFirmware } from "./firmware.ts";
import { type ChainModules, obtainChain } from "./obtain-chain.ts";
import type { SevProduct } from "./product.ts";
import { type ChipReading, readChip } from "./read-chip.ts";
import type { SevState } from "./sev-state.ts";
import { judgeSevSupport, type SevFacts } from "./support.ts";

export interface PrepareSevModules extends ChainModules {
  facts(): Promise<SevFacts>;
  openDevice(): Promise<ControlledDevice>;
}

/**
 * Finds out whether this machine can run its guest under SEV-SNP, and gets the certificates that the guest needs. `enabled` is
 * `enable_trusted_execution_environment` of the host's configuration: without it nothing is looked at.
 */
export async function prepareSev(enabled: boolean, modules: PrepareSevModules): Promise<SevState> {
  if (!enabled) return { kind: "off" };
  const support = judgeSevSupport(await modules.facts());
  if (support.kind === "unsupported") return support;
  const reading = await askFirmware(support.product, modules);
  if (reading.kind === "unusable") return { kind: "unsupported", missing: reading.missing };
  const { chip } = reading;
  try {
    const chainPem = await obtainChain(chip, modules);
    const { product, hardwareId, reportedTcb } = chip;
    return { kind: "ready", product, hardwareId: Buffer.from(hardwareId).toString("hex"), reportedTcb, chainPem };
  } catch (error) {
    if (!(error instanceof IcosError)) throw error;
    // AMD's answer changes with the firmware, and that with a restart of the machine.
    if (error.code === "kds-refused") return unsupported(error);
    return { kind: "waiting", problem: error.message, next: error.next ?? null };
  }
}

async function askFirmware(product: SevProduct, modules: PrepareSevModules): Promise<ChipReading> {
  const device = await modules.openDevice();
  try {
    return readChip(sevFirmware(device), product);
  } catch (error) {
    if (!(error instanceof IcosError)) throw error;
    return { kind: "unusable", missing: unsupported(error).missing };
  } finally {
    device.close();
  }
}

function unsupported({ message, next }: IcosError): Extract<SevState, { kind: "unsupported" }> {
  return {
    kind: "unsupported",
    missing: [{ what: message, next: next ?? "Update the BIOS, which brings the firmware." }],
  };
}
