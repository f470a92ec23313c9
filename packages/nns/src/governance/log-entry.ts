import * as v from "valibot";

const proposal = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
/** Nanoseconds since the Unix epoch, decimal. */
const time = v.pipe(v.string(), v.digits());
const hex = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/));
const decision = { proposal, time };

/** One entry of the governance log, as it is stored (JSON): what happened to a proposal, and when. */
export const logEntrySchema = v.variant("kind", [
  v.strictObject({
    kind: v.literal("submitted"),
    proposal,
    time,
    proposer: v.string(),
    nnsFunction: v.pipe(v.number(), v.safeInteger()),
    payload: hex,
    title: v.string(),
    summary: v.string(),
    url: v.string(),
  }),
  v.strictObject({ kind: v.literal("adopted"), ...decision }),
  v.strictObject({ kind: v.literal("rejected"), ...decision }),
  v.strictObject({ kind: v.literal("withdrawn"), ...decision }),
  v.strictObject({
    kind: v.literal("executed"),
    ...decision,
    version: v.nullable(v.pipe(v.number(), v.safeInteger())),
    reply: hex,
  }),
  v.strictObject({ kind: v.literal("failed"), ...decision, code: v.string(), reason: v.string() }),
]);

export type LogEntry = v.InferOutput<typeof logEntrySchema>;
