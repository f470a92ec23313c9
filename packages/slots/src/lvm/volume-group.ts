import { isLvmUuid } from "./uuid.ts";

/** Sectors of LVM2's metadata have 512 bytes, whatever the disk says. */
export const LVM_SECTOR = 512;

/** A volume group: extents of disks, joined and divided into logical volumes. */
export interface VolumeGroup {
  readonly name: string;
  readonly id: string;
  /** Raised with each change of the group; the highest one is in force. */
  readonly sequence: number;
  /** Bytes. */
  readonly extentSize: number;
  readonly physicalVolumes: readonly PhysicalVolume[];
  readonly logicalVolumes: readonly LogicalVolume[];
}

export interface PhysicalVolume {
  /** The name inside the metadata: `pv0`, `pv1`, … */
  readonly name: string;
  readonly id: string;
  /** Bytes of the device. */
  readonly size: number;
  /** Byte at which the first extent starts. */
  readonly start: number;
  /** Extents. */
  readonly extents: number;
}

export interface LogicalVolume {
  readonly name: string;
  readonly id: string;
  /** In order, without a gap: the first one starts at extent 0 of the volume. */
  readonly segments: readonly LinearSegment[];
}

/** Extents of a volume that lie side by side on one physical volume. */
export interface LinearSegment {
  /** Extents. */
  readonly extents: number;
  readonly physicalVolume: string;
  /** First extent on the physical volume. */
  readonly start: number;
}

/** lvm.conf(5), `lvm(8)`: what a name may be made of. */
const NAME = /^[a-zA-Z0-9+_][a-zA-Z0-9+_.-]{0,126}$/;

/** Everything that is wrong with a group, in words; empty when nothing is. */
export function volumeGroupProblems(group: VolumeGroup): string[] {
  const problems: string[] = [];
  const { extentSize, physicalVolumes, logicalVolumes } = group;
  if (!NAME.test(group.name)) problems.push(`the group's name ${JSON.stringify(group.name)} is not allowed`);
  if (!Number.isSafeInteger(group.sequence) || group.sequence < 0) problems.push(`the sequence is ${group.sequence}`);
  if (!Number.isSafeInteger(extentSize) || extentSize < LVM_SECTOR || (extentSize & (extentSize - 1)) !== 0)
    problems.push(`an extent of ${extentSize} bytes is not a power of two of at least ${LVM_SECTOR}`);
  reportNames("physical volume", physicalVolumes, problems);
  reportNames("logical volume", logicalVolumes, problems);
  const ids = [group, ...physicalVolumes, ...logicalVolumes].map(({ id }) => id);
  for (const id of new Set(ids)) {
    if (!isLvmUuid(id)) problems.push(`${JSON.stringify(id)} is not an LVM identifier`);
    if (ids.filter((each) => each === id).length > 1) problems.push(`the identifier ${id} is used twice`);
  }
  for (const { name, size, start, extents } of physicalVolumes) {
    if (![size, start, extents].every((each) => Number.isSafeInteger(each) && each >= 0))
      problems.push(`${name} has ${extents} extents from byte ${start} of ${size}`);
    else if (start + extents * extentSize > size)
      problems.push(`${name} has ${extents} extents from byte ${start}; they end after its ${size} bytes`);
  }
  problems.push(...placementProblems(group));
  return problems;
}

function reportNames(kind: string, volumes: readonly { readonly name: string }[], problems: string[]): void {
  const seen = new Set<string>();
  for (const { name } of volumes) {
    if (!NAME.test(name) || name === "." || name === "..")
      problems.push(`the name ${JSON.stringify(name)} of a ${kind} is not allowed`);
    if (seen.has(name)) problems.push(`the ${kind} ${name} is there twice`);
    seen.add(name);
  }
}

/** Segments outside their physical volume, and those that share an extent. */
function placementProblems({ physicalVolumes, logicalVolumes }: VolumeGroup): string[] {
  const problems: string[] = [];
  const placed = new Map<string, { volume: string; start: number; end: number }[]>(
    physicalVolumes.map(({ name }) => [name, []]),
  );
  for (const { name, segments } of logicalVolumes) {
    if (segments.length === 0) problems.push(`${name} has no segment`);
    for (const { extents, physicalVolume, start } of segments) {
      const holder = physicalVolumes.find((each) => each.name === physicalVolume);
      if (holder === undefined) problems.push(`${name} lies on ${physicalVolume}, which is not in the group`);
      else if (!Number.isSafeInteger(start) || !Number.isSafeInteger(extents) || start < 0 || extents < 1)
        problems.push(`${name} has a segment of ${extents} extents from ${start}`);
      else if (start + extents > holder.extents)
        problems.push(`${name} ends at extent ${start + extents} of ${physicalVolume}, which has ${holder.extents}`);
      else placed.get(physicalVolume)?.push({ volume: name, start, end: start + extents });
    }
  }
  for (const [physicalVolume, segments] of placed) {
    const inOrder = segments.toSorted((a, b) => a.start - b.start);
    for (const [index, next] of inOrder.entries()) {
      const previous = inOrder[index - 1];
      if (previous !== undefined && previous.end > next.start)
        problems.push(`${previous.volume} and ${next.volume} share extent ${next.start} of ${physicalVolume}`);
    }
  }
  return problems;
}
