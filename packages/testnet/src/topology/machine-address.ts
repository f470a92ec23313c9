import { deterministicMac, slaacAddress } from "@icos/config";
import type { DeriveAddress } from "./plan.ts";

/** MAC and address of a node's operating systems as upstream derives them on a test network. */
export const deriveMachineAddress: DeriveAddress = (managementMac, prefix, type) => {
  const mac = deterministicMac({ mgmtMac: managementMac, environment: "testnet", type });
  return { mac, ipv6: slaacAddress(prefix.replace(/\/64$/, ""), mac) };
};
