import * as v from "valibot";

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** `icos image build OS --json`. */
export const imageBuildSchema = v.strictObject({
  os: v.literal("guestos"),
  version: v.string(),
  variant: v.string(),
  rootHash: sha256,
  updateImage: v.strictObject({ path: v.string(), size: v.number(), sha256 }),
  diskImage: v.strictObject({ path: v.string() }),
});
export type ImageBuild = v.InferOutput<typeof imageBuildSchema>;

/** `icos image lock --json`. */
export const imageLockSchema = v.strictObject({
  file: v.string(),
  packages: v.number(),
  bytes: v.number(),
  changes: v.array(v.strictObject({ name: v.string(), from: v.nullable(v.string()), to: v.nullable(v.string()) })),
  written: v.boolean(),
});
export type ImageLock = v.InferOutput<typeof imageLockSchema>;
