import * as v from "valibot";
import { parseJson } from "@icos/system";
import type { DiskImage } from "./disk-image.ts";

const byteCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** `qemu-img map --output=json`. */
export const diskMapSchema = v.array(
  v.object({
    start: byteCount,
    length: byteCount,
    /** Which file of the backing chain has it; 0 is the image itself. */
    depth: byteCount,
    zero: v.boolean(),
    data: v.boolean(),
    /** Where it lies in that file; absent for what cannot be read in place, as compressed clusters. */
    offset: v.optional(byteCount),
  }),
);
export type DiskExtent = v.InferOutput<typeof diskMapSchema>[number];

/** `qemu-img info --output=json --backing-chain`. */
export const diskChainSchema = v.array(v.object({ filename: v.string() }));

export function parseToolOutput<Schema extends v.GenericSchema>(
  schema: Schema,
  output: string,
  disk: DiskImage,
): v.InferOutput<Schema> {
  return parseJson(schema, output, { code: "disk-access-failed", name: `What qemu-img says of ${disk.file}` });
}
