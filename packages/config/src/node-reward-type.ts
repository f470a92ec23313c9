/**
 * What the installer derives from a node reward type, `typeN` or `typeN.M` (upstream `check-hardware.sh`): not by
 * probing. `type0` is for second-generation machines that are to be held to the limits of the first.
 */
const GENERATIONS: ReadonlyMap<string, HardwareGeneration> = new Map([
  ["type0", 1],
  ["type1", 1],
  ["type3", 2],
  ["type4", 3],
]);
export type HardwareGeneration = 1 | 2 | 3;

/** The generation of the hardware; undefined for a type that no installer knows. */
export function hardwareGeneration(nodeRewardType: string): HardwareGeneration | undefined {
  return GENERATIONS.get(nodeRewardType.split(".")[0] ?? "");
}

/** GuestOS virtual machines on a host of the third generation (upstream `install-hostos.sh`); all others have one. */
const VM_COUNTS: ReadonlyMap<string, number> = new Map([
  ["type4.0", 60],
  ["type4.1", 32],
  ["type4.2", 8],
  ["type4.3", 4],
  ["type4.4", 2],
]);

/** Number of GuestOS virtual machines on the host; undefined for a type of which nobody says it. */
export function guestVmCount(nodeRewardType: string): number | undefined {
  return hardwareGeneration(nodeRewardType) === 3 ? VM_COUNTS.get(nodeRewardType) : 1;
}
