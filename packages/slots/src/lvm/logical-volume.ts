import { IcosError } from "@icos/system";
import { deviceWindow, joinedDevice, type BlockDevice } from "../block-device.ts";
import type { VolumeGroup } from "./volume-group.ts";

/** Extents of a volume times their size. Throws `lvm-volume-missing`. */
export function logicalVolumeSize(group: VolumeGroup, name: string): number {
  return findVolume(group, name).segments.reduce((sum, { extents }) => sum + extents * group.extentSize, 0);
}

/**
 * A logical volume as a device, without a device mapper: its extents on the devices that hold them. Nobody else may
 * use the group at the same time. Throws `lvm-volume-missing`.
 */
export function logicalVolumeDevice(
  group: VolumeGroup,
  name: string,
  devices: ReadonlyMap<string, BlockDevice>,
): BlockDevice {
  const parts = findVolume(group, name).segments.map(({ physicalVolume, start, extents }) => {
    const holder = group.physicalVolumes.find((each) => each.name === physicalVolume);
    const device = devices.get(physicalVolume);
    if (holder === undefined || device === undefined) {
      throw new IcosError(
        "lvm-volume-missing",
        `The volume ${name} of ${group.name} lies on ${physicalVolume}, which is not there.`,
      );
    }
    return deviceWindow(device, {
      name: `${group.name}/${name}`,
      offset: holder.start + start * group.extentSize,
      size: extents * group.extentSize,
    });
  });
  return joinedDevice(`${group.name}/${name}`, parts);
}

function findVolume(group: VolumeGroup, name: string): VolumeGroup["logicalVolumes"][number] {
  const found = group.logicalVolumes.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new IcosError("lvm-volume-missing", `The volume group ${group.name} has no volume ${name}.`, {
    details: { volumes: group.logicalVolumes.map((each) => each.name) },
  });
}
