import * as v from "valibot";
import { parseTextTree, TextProblem, type TextSection } from "./text-tree.ts";
import {
  LVM_SECTOR,
  volumeGroupProblems,
  type LinearSegment,
  type LogicalVolume,
  type PhysicalVolume,
  type VolumeGroup,
} from "./volume-group.ts";

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const Section = v.optional(
  v.custom<TextSection>((value) => value instanceof Map, "a section was expected"),
  new Map(),
);

const GroupSchema = v.object({
  id: v.string(),
  seqno: Count,
  extent_size: Count,
  physical_volumes: Section,
  logical_volumes: Section,
});

const PhysicalSchema = v.object({ id: v.string(), dev_size: Count, pe_start: Count, pe_count: Count });

const LogicalSchema = v.looseObject({ id: v.string(), segment_count: v.pipe(Count, v.minValue(1), v.maxValue(65536)) });

const SegmentSchema = v.object({
  start_extent: Count,
  extent_count: Count,
  type: v.literal("striped"),
  stripe_count: v.literal(1),
  stripes: v.tuple([v.string(), Count]),
});

/**
 * Reads a group out of its text. Fields that neither place nor size anything are passed over; a volume that is not made
 * of linear segments (striped over disks, mirrored, thin) is a problem. Returns the problems, never throws.
 */
export function readMetadataText(text: string): { readonly group?: VolumeGroup; readonly problems: readonly string[] } {
  let root: TextSection;
  try {
    root = parseTextTree(text);
  } catch (error) {
    if (error instanceof TextProblem) return { problems: [error.message] };
    throw error;
  }
  const groups = [...root].flatMap(([name, value]) => (value instanceof Map ? [{ name, section: value }] : []));
  const [found] = groups;
  if (found === undefined || groups.length > 1)
    return { problems: [`the text holds ${groups.length} groups, not one`] };
  const problems: string[] = [];
  const group = readGroup(found.name, found.section, problems);
  if (group !== undefined && problems.length === 0) problems.push(...volumeGroupProblems(group));
  return group === undefined ? { problems } : { group, problems };
}

function readGroup(name: string, section: TextSection, problems: string[]): VolumeGroup | undefined {
  const fields = check(GroupSchema, section, name, problems);
  if (fields === undefined) return undefined;
  const physicalVolumes: PhysicalVolume[] = [];
  for (const [each, value] of fields.physical_volumes) {
    const found = check(PhysicalSchema, value, each, problems);
    if (found === undefined) continue;
    const { id, dev_size, pe_start, pe_count } = found;
    physicalVolumes.push({
      name: each,
      id,
      size: dev_size * LVM_SECTOR,
      start: pe_start * LVM_SECTOR,
      extents: pe_count,
    });
  }
  const logicalVolumes: LogicalVolume[] = [];
  for (const [each, value] of fields.logical_volumes) {
    const found = check(LogicalSchema, value, each, problems);
    if (found === undefined) continue;
    logicalVolumes.push({ name: each, id: found.id, segments: readSegments(each, found, problems) });
  }
  const { id, seqno: sequence, extent_size } = fields;
  return { name, id, sequence, extentSize: extent_size * LVM_SECTOR, physicalVolumes, logicalVolumes };
}

function readSegments(
  volume: string,
  fields: { readonly segment_count: number; readonly [name: string]: unknown },
  problems: string[],
): LinearSegment[] {
  const segments: LinearSegment[] = [];
  let end = 0;
  for (let index = 1; index <= fields.segment_count; index += 1) {
    const name = `segment${index}`;
    const found = check(SegmentSchema, fields[name], `${volume}.${name}`, problems);
    if (found === undefined) return segments;
    if (found.start_extent !== end)
      problems.push(`${volume}.${name} starts at extent ${found.start_extent}, not ${end}`);
    end += found.extent_count;
    const [physicalVolume, start] = found.stripes;
    segments.push({ extents: found.extent_count, physicalVolume, start });
  }
  return segments;
}

function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  place: string,
  problems: string[],
): v.InferOutput<Schema> | undefined {
  const result = v.safeParse(schema, value instanceof Map ? Object.fromEntries(value) : value);
  if (result.success) return result.output;
  for (const issue of result.issues) {
    const path = v.getDotPath(issue);
    problems.push(`${path === null ? place : `${place}.${path}`}: ${issue.message}`);
  }
  return undefined;
}
