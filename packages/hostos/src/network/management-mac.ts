import { formatMac, parseMac } from "@icos/config";
import { IcosError, type Exec } from "@icos/system";

/** The MAC address in what `ipmitool lan print` says about the management controller's network. */
export function parseManagementMac(text: string): string {
  const line = /^\s*MAC Address\s*:\s*(\S+)\s*$/im.exec(text);
  const mac = parseMac(line?.[1] ?? "");
  if (mac !== undefined && mac.some((byte) => byte !== 0)) return formatMac(mac);
  throw new IcosError("no-management-mac", "The management controller does not say its MAC address.", {
    next: "Write `mgmt_mac` into the section `deployment` of deployment.json.",
  });
}

/**
 * Asks the management controller for the MAC address that a machine's addresses are derived from. With some controllers
 * ipmitool ends with an error although it has printed everything (upstream), so what it prints counts.
 */
export async function managementMac(exec: Exec): Promise<string> {
  const { stdout } = await exec.run(["ipmitool", "lan", "print"], { timeout: 20_000, anyExitCode: true });
  return parseManagementMac(stdout.toString());
}
