import { deterministicMac, slaacAddress } from "@icos/config";
import type { DeriveAddress } from "./plan.ts";

/** A guest's MAC and address as upstream derives them on a test network. */
export const deriveGuestAddress: DeriveAddress = (managementMac, prefix) => {
  const mac = deterministicMac({ mgmtMac: managementMac, environment: "testnet", type: "GuestOS" });
  return { mac, ipv6: slaacAddress(prefix.replace(/\/64$/, ""), mac) };
};
