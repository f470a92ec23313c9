import { joinChunks } from "../certified/chunks.ts";
import { type CertifiedVersion, LargeValue } from "../certified/verify.ts";
import type { KeyChange, RegistryVersion } from "../state/mutation.ts";
import type { CertifiedChangesSource } from "./source.ts";

/**
 * The verified versions with their large values, whose chunks are fetched and checked against the certified hashes.
 * @throws IcosError `registry-chunk-wrong`, or what the source throws
 */
export async function withLargeValues(
  versions: readonly CertifiedVersion[],
  source: Pick<CertifiedChangesSource, "fetchChunk">,
  signal?: AbortSignal,
): Promise<RegistryVersion[]> {
  const whole: RegistryVersion[] = [];
  for (const { changes: certified, ...rest } of versions) {
    const changes: KeyChange[] = [];
    for (const { key, value } of certified) {
      const fetched =
        value instanceof LargeValue
          ? await joinChunks(value.chunks, (sha256) => source.fetchChunk(sha256, signal), `the value of ${key}`)
          : value;
      changes.push({ key, value: fetched });
    }
    whole.push({ ...rest, changes });
  }
  return whole;
}
