import type { GuestosConfig } from "./objects/guestos-object.ts";
import type { HostosConfig } from "./objects/host-objects.ts";

/** `guest-<management MAC without colons>`; the developer's choice wins; an upgrade VM says that it is one. */
export function guestHostname(config: GuestosConfig): string {
  const chosen = config.guestos_settings.guestos_dev_settings.hostname;
  if (chosen !== null) return chosen;
  const mac = config.icos_settings.mgmt_mac.replaceAll(":", "");
  return config.guest_vm_type === "upgrade" ? `guest-upgrade-${mac}` : `guest-${mac}`;
}

/** `host-<management MAC without colons>` */
export function hostHostname({ icos_settings: { mgmt_mac: mac } }: Pick<HostosConfig, "icos_settings">): string {
  return `host-${mac.replaceAll(":", "")}`;
}
