import { OBJECT_KINDS } from "@icos/config";
import * as v from "valibot";

const kind = v.picklist(OBJECT_KINDS);
/** Of a configuration object; what is secret or sensitive is `<redacted>`. */
const shownObject = v.record(v.string(), v.unknown());

/** `icos config show PATH --json`. */
export const configShowSchema = v.strictObject({ kind, config: shownObject });
export type ConfigShow = v.InferOutput<typeof configShowSchema>;

/** `icos config diff A B --json`. */
export const configDiffSchema = v.strictObject({
  same: v.boolean(),
  /** By dotted path; a field that one side does not have is null there. */
  differences: v.array(v.strictObject({ path: v.string(), a: v.unknown(), b: v.unknown() })),
});
export type ConfigDiff = v.InferOutput<typeof configDiffSchema>;

/** `icos config explain FIELD --json`. */
export const configExplainSchema = v.strictObject({
  fields: v.array(
    v.strictObject({
      path: v.string(),
      objects: v.array(kind),
      form: v.nullable(v.string()),
      /** JSON of what an absent field is read as; null when it must be there, and of a removed field. */
      default: v.nullable(v.string()),
      source: v.nullable(v.string()),
      since: v.string(),
      removedIn: v.nullable(v.string()),
      meaning: v.string(),
      sensitivity: v.nullable(v.picklist(["sensitive", "secret"])),
    }),
  ),
});
export type ConfigExplain = v.InferOutput<typeof configExplainSchema>;

/** `icos config migrate FILE --to VERSION --json`. */
export const configMigrateSchema = v.strictObject({
  file: v.string(),
  kind,
  from: v.string(),
  to: v.string(),
  /** False for a dry run and when nothing was to be changed. */
  written: v.boolean(),
  /** Where the old content is. */
  previous: v.nullable(v.string()),
  /** Where the operator's key is when the new version has no field for it. */
  keyFile: v.nullable(v.string()),
  /** Fields with a value that the new version has no place for. */
  dropped: v.array(v.string()),
  config: shownObject,
});
export type ConfigMigrate = v.InferOutput<typeof configMigrateSchema>;
