import { describeError, IcosError } from "@icos/system";
import type { Problem } from "./status-schema.ts";

/** An error as it is sent and shown: no stack, and no details, which are for logs. */
export function problemOf(error: unknown): Problem {
  if (error instanceof IcosError) return { code: error.code, message: describeError(error), next: error.next ?? null };
  return { code: "internal", message: describeError(error), next: "The supervisor's log says more." };
}
