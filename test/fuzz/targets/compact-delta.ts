import { decodeDelta } from "../../../packages/registry/src/store/delta.ts";
import { IcosError } from "../../../packages/system/src/index.ts";

/** The compact form of a local store; the first byte says in pieces of what size it comes. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const size = 1 + ((data[0] ?? 0) % 64);
  const pieces: Uint8Array[] = [];
  for (let start = 1; start < data.length; start += size) pieces.push(data.subarray(start, start + size));
  try {
    for await (const { version } of decodeDelta(pieces)) if (version < 1) throw new Error(`version ${version}`);
  } catch (error) {
    if (!(error instanceof IcosError)) throw error;
  }
}
