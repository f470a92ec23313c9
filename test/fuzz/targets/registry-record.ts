import { deepStrictEqual } from "node:assert/strict";
import { decodeRecord, encodeRecord, RECORD_SCHEMAS } from "../../../packages/registry/src/index.ts";
import { unlessRefused } from "../harness/refusal.ts";

const SCHEMAS = [...new Set(RECORD_SCHEMAS.values())];

/** Every kind of record; the first byte chooses. What is taken is the same when it is written and read again. */
export function fuzz(data: Uint8Array): void {
  const schema = SCHEMAS[(data[0] ?? 0) % SCHEMAS.length];
  if (!schema) return;
  const record = unlessRefused(() => decodeRecord(schema, data.subarray(1), "record"));
  if (!record) return;
  const bytes = encodeRecord(schema, record);
  deepStrictEqual(encodeRecord(schema, decodeRecord(schema, bytes, "record")), bytes);
}
