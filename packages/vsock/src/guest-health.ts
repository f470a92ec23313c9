import * as v from "valibot";

const LONGEST_TEXT = 1000;
/** What could steer a terminal or hide in a text: control and format characters, line and paragraph separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Text of a guest that ends up on a screen or in a metric. */
const plainText = v.pipe(
  v.string(),
  v.maxLength(LONGEST_TEXT, `is longer than ${LONGEST_TEXT} characters`),
  v.check((text) => !UNPRINTABLE.test(text), "holds control characters"),
);

/** Any text in a form that a health report may have: on one line, not too long. */
export function toPlainText(text: string): string {
  const printable = text.replaceAll(new RegExp(UNPRINTABLE, "gu"), " ");
  return printable.length > LONGEST_TEXT ? `${printable.slice(0, LONGEST_TEXT - 2).toWellFormed()}…` : printable;
}

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
