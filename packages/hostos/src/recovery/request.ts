import { IcosError, parseJson, parseWith } from "@icos/system";
import * as v from "valibot";

const hex = (length: number) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${length}}$`), `is not ${length} characters of 0-9 and a-f`));

/** What an announcement of a recovery says. Field names are upstream's parameters. */
export const recoveryRequestSchema = v.strictObject({
  /** Git commit of the version. */
  version: hex(40),
  /** SHA-256 of the update image. */
  "version-hash": hex(64),
  /** SHA-256 of the recovery artefact, which the guest fetches itself; not every recovery has one. */
  "recovery-hash": v.optional(hex(64)),
});
export type RecoveryRequest = v.InferOutput<typeof recoveryRequestSchema>;

/** The fields in the order in which they are asked for. */
export const RECOVERY_FIELDS = [
  { key: "version", length: 40, required: true, label: "Version" },
  { key: "version-hash", length: 64, required: true, label: "Version hash" },
  { key: "recovery-hash", length: 64, required: false, label: "Recovery hash (Enter if there is none)" },
] as const;

const NEXT = "Compare it with the announcement, character by character.";

export function parseRecoveryRequest(value: unknown): RecoveryRequest {
  return parseWith(recoveryRequestSchema, value, {
    code: "bad-recovery-request",
    name: "The recovery request",
    next: NEXT,
  });
}

/** More is no request. */
export const LONGEST_REQUEST_FILE = 16 * 1024;

/**
 * A request from a file: JSON with the fields of the schema, or words and lines `key=value` as announcements have them.
 * Unknown keys, and keys that are there twice, are refused. Throws `bad-recovery-request`.
 */
export function parseRecoveryFile(text: string, file: string): RecoveryRequest {
  const what = { code: "bad-recovery-request", name: "The recovery request", file, next: NEXT };
  if (text.trimStart().startsWith("{")) return parseJson(recoveryRequestSchema, text, what);
  const values = new Map<string, string>();
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    const equals = word.indexOf("=");
    const key = word.slice(0, Math.max(0, equals));
    if (equals < 1 || values.has(key)) {
      const how = equals < 1 ? "has a word that is not key=value" : `says ${key.slice(0, 20)} twice`;
      throw new IcosError(what.code, `The recovery request ${how}.`, { next: NEXT, place: { file } });
    }
    values.set(key, word.slice(equals + 1));
  }
  return parseWith(recoveryRequestSchema, Object.fromEntries(values), what);
}
