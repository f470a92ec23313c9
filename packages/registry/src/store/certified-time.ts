import { join } from "node:path";
import { readFileIfExists, writeFileDurably } from "@icos/system";
import { CertifiedTimeSchema } from "../generated/registry/local_store/v1/local_store_pb.ts";
import { decodeRecord, encodeRecord } from "../records.ts";

/** Beside the versions; clearing the store leaves it. Older nodes of the network keep it, present ones do not. */
export const CERTIFIED_TIME_FILE = "time.local_store.v1.CertificationTime.pb";

/** When the registry last certified what is in the store, in nanoseconds since the Unix epoch; undefined without the file. */
export async function readCertifiedTime(directory: string): Promise<bigint | undefined> {
  const path = join(directory, CERTIFIED_TIME_FILE);
  const bytes = await readFileIfExists(path);
  return bytes && decodeRecord(CertifiedTimeSchema, bytes, path).unixEpochNanos;
}

export async function writeCertifiedTime(directory: string, time: bigint): Promise<void> {
  const content = encodeRecord(CertifiedTimeSchema, { unixEpochNanos: time });
  await writeFileDurably(join(directory, CERTIFIED_TIME_FILE), content);
}
