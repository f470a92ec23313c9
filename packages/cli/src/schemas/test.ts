import * as v from "valibot";
import { TEST_KINDS } from "../tests/test-kinds.ts";

/** `icos test --json`. */
export const testReportSchema = v.strictObject({
  kinds: v.array(
    v.strictObject({
      kind: v.picklist(TEST_KINDS),
      passed: v.number(),
      failed: v.number(),
      skipped: v.number(),
      seconds: v.number(),
    }),
  ),
  passed: v.number(),
  failed: v.number(),
  skipped: v.number(),
});

export type TestReport = v.InferOutput<typeof testReportSchema>;
