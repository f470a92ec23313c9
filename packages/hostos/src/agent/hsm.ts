import { IcosError } from "@icos/system";

/** Lends the host's HSM, a USB device, to the guest's running machine, and takes it back. */
export interface Hsm {
  attach(signal: AbortSignal): Promise<void>;
  detach(signal: AbortSignal): Promise<void>;
}

/** A host that cannot. */
export const noHsm: Hsm = { attach: refuse, detach: refuse };

async function refuse(): Promise<never> {
  throw new IcosError("hsm-not-supported", "This version of HostOS cannot lend an HSM to its guest.", {
    next: "Put node_operator_private_key.pem into the configuration instead.",
  });
}
