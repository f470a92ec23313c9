/** Lends the host's HSM, a USB device, to the guest's running machine, and takes it back. */
export interface Hsm {
  attach(signal: AbortSignal): Promise<void>;
  detach(signal: AbortSignal): Promise<void>;
}
