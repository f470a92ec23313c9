import { LVM_SECTOR, type LogicalVolume, type PhysicalVolume, type VolumeGroup } from "./volume-group.ts";

/**
 * The metadata of a group as LVM2 keeps it: text in sections (lvm2: `lib/format_text/export.c`). Times and the host
 * that made the group are left out, so that equal groups have equal text; LVM2 takes that.
 */
export function renderVolumeGroup(group: VolumeGroup): string {
  return lines([
    ...section(group.name, [
      `id = "${group.id}"`,
      `seqno = ${group.sequence}`,
      'format = "lvm2"',
      'status = ["RESIZEABLE", "READ", "WRITE"]',
      "flags = []",
      `extent_size = ${group.extentSize / LVM_SECTOR}`,
      "max_lv = 0",
      "max_pv = 0",
      "metadata_copies = 0",
      "",
      ...section("physical_volumes", group.physicalVolumes.flatMap(physicalVolume)),
      "",
      ...section("logical_volumes", group.logicalVolumes.flatMap(logicalVolume)),
    ]),
    'contents = "Text Format Volume Group"',
    "version = 1",
    'description = ""',
  ]);
}

function physicalVolume({ name, id, size, start, extents }: PhysicalVolume): string[] {
  return section(name, [
    `id = "${id}"`,
    // Only a hint for people: LVM2 finds devices by their labels.
    'device = "[unknown]"',
    'status = ["ALLOCATABLE"]',
    "flags = []",
    `dev_size = ${size / LVM_SECTOR}`,
    `pe_start = ${start / LVM_SECTOR}`,
    `pe_count = ${extents}`,
  ]);
}

function logicalVolume({ name, id, segments }: LogicalVolume): string[] {
  let at = 0;
  return section(name, [
    `id = "${id}"`,
    'status = ["READ", "WRITE", "VISIBLE"]',
    "flags = []",
    `segment_count = ${segments.length}`,
    ...segments.flatMap((segment, index) => {
      const start = at;
      at += segment.extents;
      return section(`segment${index + 1}`, [
        `start_extent = ${start}`,
        `extent_count = ${segment.extents}`,
        'type = "striped"',
        "stripe_count = 1",
        `stripes = ["${segment.physicalVolume}", ${segment.start}]`,
      ]);
    }),
  ]);
}

function section(name: string, content: readonly string[]): string[] {
  return [`${name} {`, ...content, "}"];
}

function lines(content: readonly string[]): string {
  return content.map((line) => `${line}\n`).join("");
}
