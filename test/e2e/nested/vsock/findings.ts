import * as v from "valibot";

/** What came of one attack: the host's answers to it, and how the next good request fared while its connections were open. */
export const findingSchema = v.strictObject({
  attack: v.string(),
  /** Different answers and how many connections got each; an empty text is a connection that was cut off. */
  answers: v.record(v.string(), v.number()),
  /** The host's answer to the good request. */
  good: v.string(),
  /** From before its connection to its answer. */
  milliseconds: v.number(),
});

export const findingsSchema = v.array(findingSchema);

export type Finding = Readonly<v.InferOutput<typeof findingSchema>>;
