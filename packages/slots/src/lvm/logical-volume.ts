import { IcosError } from "@icos/system";
import { deviceWindow, joinedDevice, type BlockDevice } from "../block-device.ts";
import type { Extent } from "../extents.ts";
import type { LogicalVolume, VolumeGroup } from "./volume-group.ts";

/** A range of bytes on a physical volume. */
export interface PlacedExtent extends Extent {
  readonly physicalVolume: string;
}

/** Where a volume lies, in order. Throws `lvm-volume-missing`. */
export function logicalVolumeExtents(group: VolumeGroup, name: string): PlacedExtent[] {
  return findVolume(group, name).segments.map(({ physicalVolume, start, extents }) => {
    const holder = group.physicalVolumes.find((each) => each.name === physicalVolume);
    if (holder === undefined) throw missing(group, name, physicalVolume);
    return { physicalVolume, offset: holder.start + start * group.extentSize, length: extents * group.extentSize };
  });
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
  const title = `${group.name}/${name}`;
  const parts = logicalVolumeExtents(group, name).map(({ physicalVolume, offset, length: size }) => {
    const device = devices.get(physicalVolume);
    if (device === undefined) throw missing(group, name, physicalVolume);
    return deviceWindow(device, { name: title, offset, size });
  });
  return joinedDevice(title, parts);
}

function missing(group: VolumeGroup, name: string, physicalVolume: string): IcosError {
  return new IcosError(
    "lvm-volume-missing",
    `The volume ${name} of ${group.name} lies on ${physicalVolume}, which is not there.`,
  );
}

function findVolume(group: VolumeGroup, name: string): LogicalVolume {
  const found = group.logicalVolumes.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new IcosError("lvm-volume-missing", `The volume group ${group.name} has no volume ${name}.`, {
    details: { volumes: group.logicalVolumes.map((each) => each.name) },
  });
}
