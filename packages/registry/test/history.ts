import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { encodeRecord, HistoryReader, type KeyChange, RegistryHistory, type RegistryReader } from "../src/index.ts";

/** A registry of the versions that are told, each a list of changes. */
export function registryOf(...versions: readonly (readonly KeyChange[])[]): RegistryReader {
  const history = new RegistryHistory();
  for (const [index, changes] of versions.entries()) history.append({ version: index + 1, time: 0n, changes });
  return new HistoryReader(history);
}

export function set<Schema extends DescMessage>(
  key: string,
  schema: Schema,
  record: MessageInitShape<Schema> = {} as MessageInitShape<Schema>,
): KeyChange {
  return { key, value: encodeRecord(schema, record) };
}

export const unset = (key: string): KeyChange => ({ key, value: undefined });

/** What no protobuf message is. */
export const broken = (key: string): KeyChange => ({ key, value: Buffer.from([0xff]) });
