import { guestTap, HOST_BRIDGE, hostAddressOf, type HostosConfig } from "@icos/config";

/** Which virtual machine of a host: one of its guests, or the short-lived one that hands a disk key over in an upgrade. */
export type GuestVmRole = { readonly type: "default"; readonly slot: number } | { readonly type: "upgrade" };

/** What a virtual machine is on every start and every installation. */
export interface GuestVmIdentity {
  readonly role: GuestVmRole;
  /** Upstream's name of the machine: `guestos`, `guestos<slot>`, `upgrade-guestos`. */
  readonly name: string;
  readonly uuid: string;
  readonly mac: string;
  readonly tap: string;
  readonly bridge: string;
  /** Of vsock: 3 + slot; the first guest is the only one whose commands the host obeys. */
  readonly vsockCid: number;
  readonly ipv6: string;
}

const DEFAULT_UUID = "fd897da5-8017-41c8-8575-a706dba30766";
const UPGRADE_UUID = "1ea49839-7f46-4560-a4c7-fce677bbfbbd";
const FIRST_CID = 3;
export const LAST_GUEST_SLOT = 255;
/** After every slot's, so that the upgrade VM is never taken for a guest. */
const UPGRADE_CID = FIRST_CID + LAST_GUEST_SLOT + 1;

export function guestVmName(role: GuestVmRole): string {
  if (role.type === "upgrade") return "upgrade-guestos";
  return role.slot === 0 ? "guestos" : `guestos${role.slot}`;
}

export function guestVmIdentity(
  host: Pick<HostosConfig, "icos_settings" | "network_settings">,
  role: GuestVmRole,
): GuestVmIdentity {
  const type = role.type === "default" ? "GuestOS" : "UpgradeGuestOS";
  const slot = role.type === "default" ? role.slot : 0;
  const { mac, ipv6 } = hostAddressOf(host, type, slot);
  return {
    role,
    name: guestVmName(role),
    uuid: role.type === "upgrade" ? UPGRADE_UUID : slotUuid(slot),
    mac,
    tap: guestTap(type, slot),
    bridge: HOST_BRIDGE,
    vsockCid: role.type === "upgrade" ? UPGRADE_CID : FIRST_CID + slot,
    ipv6,
  };
}

/** The last byte says which of several guests. */
function slotUuid(slot: number): string {
  return slot === 0 ? DEFAULT_UUID : `${DEFAULT_UUID.slice(0, -2)}${slot.toString(16).padStart(2, "0")}`;
}
