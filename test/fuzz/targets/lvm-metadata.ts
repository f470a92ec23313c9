import { deepStrictEqual } from "node:assert/strict";
import { renderVolumeGroup } from "../../../packages/slots/src/lvm/metadata-text.ts";
import { readMetadataText } from "../../../packages/slots/src/lvm/read-metadata-text.ts";

/** The text of a volume group: read, or refused in words; what was taken is written and read again. */
export function fuzz(data: Uint8Array): void {
  const { group, problems } = readMetadataText(Buffer.from(data).toString("utf8"));
  if (group === undefined || problems.length > 0) return;
  deepStrictEqual(readMetadataText(renderVolumeGroup(group)), { group, problems: [] });
}
