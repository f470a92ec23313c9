import { recordJson, type RegistryHistory, type RegistryVersion } from "@icos/registry";
import * as v from "valibot";

export const DUMP_FORMAT = "icos-registry-dump";
const DUMP_FORMAT_VERSION = 1;

const hex = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/, "not bytes in hex"));
const nanoseconds = v.pipe(v.string(), v.regex(/^[0-9]{1,20}$/, "not a number of nanoseconds"));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** A whole registry in one JSON document. It holds nothing secret: it is what every node replicates. */
export const registryDumpSchema = v.strictObject({
  format: v.literal(DUMP_FORMAT),
  formatVersion: v.literal(DUMP_FORMAT_VERSION),
  /** DER: the key that the certificate is good under. */
  rootKey: hex,
  latestVersion: count,
  /** Root of the hash tree over all versions. */
  certifiedData: hex,
  /** Of the certified data, by the root key: CBOR, as the interface specification has it. */
  certificate: hex,
  /** All, from the first. */
  versions: v.array(
    v.strictObject({
      version: count,
      /** Nanoseconds since the Unix epoch, decimal. */
      time: nanoseconds,
      changes: v.array(
        v.strictObject({
          key: v.pipe(v.string(), v.nonEmpty()),
          /** The exact bytes; null when the version deletes the key. */
          value: v.nullable(hex),
          /** The same, decoded for people; null when there is no value, or no record known by such a key. */
          record: v.nullable(v.record(v.string(), v.unknown())),
        }),
      ),
    }),
  ),
});
export type RegistryDump = v.InferOutput<typeof registryDumpSchema>;

export interface DumpSource {
  readonly history: RegistryHistory;
  /** DER. */
  readonly rootKey: Uint8Array;
  readonly certifiedData: Uint8Array;
  readonly certificate: Uint8Array;
}

/** The dump's text, piece by piece, one line for each version. */
export function* writeDump({ history, rootKey, certifiedData, certificate }: DumpSource): Generator<string> {
  const head = {
    format: DUMP_FORMAT,
    formatVersion: DUMP_FORMAT_VERSION,
    rootKey: toHex(rootKey),
    latestVersion: history.latestVersion,
    certifiedData: toHex(certifiedData),
    certificate: toHex(certificate),
  };
  yield `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "versions": [`;
  for (let version = 1; version <= history.latestVersion; version++) {
    const found = history.at(version);
    if (found) yield `${version === 1 ? "" : ","}\n    ${JSON.stringify(dumpVersion(found))}`;
  }
  yield "\n  ]\n}\n";
}

function dumpVersion({ version, time, changes }: RegistryVersion): RegistryDump["versions"][number] {
  return {
    version,
    time: time.toString(),
    changes: changes.map(({ key, value }) => ({
      key,
      value: value === undefined ? null : toHex(value),
      record: (value && recordJson(key, value)) ?? null,
    })),
  };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
