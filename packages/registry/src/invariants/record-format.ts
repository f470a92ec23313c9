import { describeError } from "@icos/system";
import { recordSchemaOf } from "../record-schema.ts";
import { decodeRecord } from "../records.ts";
import type { Invariant } from "./invariant.ts";

/** Every value is a record of the kind that its key is for. Keys of other families than this registry's are let be. */
export const recordFormatInvariant: Invariant = {
  name: "record-format",
  *check({ changes }) {
    for (const { key, value } of changes) {
      const schema = recordSchemaOf(key);
      if (value === undefined || !schema) continue;
      try {
        decodeRecord(schema, value, key);
      } catch (error) {
        yield describeError(error);
      }
    }
  },
};
