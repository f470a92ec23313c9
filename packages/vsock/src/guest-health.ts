import * as v from "valibot";

/** Text of a guest that ends up on a screen or in a metric: nothing in it may steer a terminal. */
const plainText = v.pipe(
  v.string(),
  v.maxLength(1000, "is longer than 1000 characters"),
  v.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, "holds control characters"),
);

/** A principal in textual form. */
const principalText = v.pipe(v.string(), v.regex(/^[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,10}$/, "is not a principal"));

/** What a guest says about itself; names as on the wire. */
export const guestHealthSchema = v.object({
  state: v.picklist(["starting", "healthy", "unhealthy"]),
  "node-id": v.nullable(principalText),
  /** What it waits for or what is wrong, as a sentence. */
  detail: v.nullable(plainText),
});

export type GuestHealth = Readonly<v.InferOutput<typeof guestHealthSchema>>;
export type GuestHealthState = GuestHealth["state"];
