import * as v from "valibot";

/** What may be asked of `guestos-alternative@.service`. */
export const alternativeRequestSchema = v.variant("action", [
  v.strictObject({ action: v.literal("show") }),
  v.strictObject({ action: v.literal("swap"), target: v.optional(v.picklist(["A", "B"])) }),
]);
export type AlternativeRequest = v.InferOutput<typeof alternativeRequestSchema>;

const bootStateSchema = v.strictObject({
  alternative: v.picklist(["A", "B"]),
  cycle: v.picklist(["install", "stable", "first_boot", "failsafe_check"]),
});

/** The answer to `show`; null when the guest's disk says no slot. */
export const shownAlternativeSchema = v.nullable(bootStateSchema);
/** The answer to `swap`. */
export const swappedAlternativeSchema = v.strictObject({ slot: v.picklist(["A", "B"]) });
