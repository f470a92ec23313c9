import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { decodeRecord } from "../records.ts";
import type { IndexName } from "./indexes.ts";

/** The registry as one version sees it, with its indexes. */
export interface RegistryView {
  readonly version: number;
  get(key: string): Uint8Array | undefined;
  /** Keys with a value that begin with `prefix`, sorted. Costs as much as the family is large. */
  keys(prefix: string): readonly string[];
  /** The record at the key, if the view keeps decoded records. It must not be changed. */
  record?<Schema extends DescMessage>(schema: Schema, key: string): MessageShape<Schema> | undefined;
  /** The keys whose records have this entry in the index. */
  holders(index: IndexName, entry: string): readonly string[];
}

/** A view that knows when its records were written. */
export interface DatedView extends RegistryView {
  /** When the value of the key was written, in nanoseconds since the Unix epoch; undefined when there is none. */
  writtenAt(key: string): bigint | undefined;
}

/** The decoded record at the key, if there is one. Views that decode each record once share it between readers. */
export function readRecord<Schema extends DescMessage>(
  view: Pick<RegistryView, "get" | "record">,
  schema: Schema,
  key: string,
): MessageShape<Schema> | undefined {
  if (view.record) return view.record(schema, key);
  const value = view.get(key);
  return value === undefined ? undefined : decodeRecord(schema, value, key);
}
