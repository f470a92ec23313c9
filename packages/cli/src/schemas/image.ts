import * as v from "valibot";

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** `icos image build OS --json`. */
export const imageBuildSchema = v.strictObject({
  os: v.picklist(["guestos", "hostos"]),
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

/** `icos image reproduce OS --json`. */
export const imageReproduceSchema = v.strictObject({
  os: v.picklist(["guestos", "hostos"]),
  variant: v.string(),
  identical: v.boolean(),
  version: v.string(),
  rootHash: sha256,
  /** Of the two builds. */
  updateImageSha256: v.strictTuple([sha256, sha256]),
  /** How the second build's surroundings differed. */
  conditions: v.array(v.string()),
  difference: v.nullable(
    v.strictObject({ artefact: v.string(), offset: v.nullable(v.number()), file: v.nullable(v.string()) }),
  ),
});
export type ImageReproduce = v.InferOutput<typeof imageReproduceSchema>;

const artefact = v.strictObject({ size: v.number(), sha256 });

/** `icos image inspect FILE --json`. */
export const imageInspectSchema = v.strictObject({
  file: v.string(),
  kind: v.string(),
  size: v.number(),
  /** `start` and `size` in bytes. */
  partitions: v.array(
    v.strictObject({
      number: v.number(),
      name: v.string(),
      start: v.number(),
      size: v.number(),
      guid: v.string(),
    }),
  ),
  boot: v.nullable(
    v.strictObject({
      kernel: artefact,
      initrd: artefact,
      commandLines: v.strictObject({ A: v.string(), B: v.string() }),
      rootHash: sha256,
    }),
  ),
  root: v.nullable(
    v.strictObject({
      rootHash: sha256,
      treeIntact: v.boolean(),
      size: v.number(),
      version: v.string(),
      variant: v.string(),
      kernelVersion: v.string(),
      packages: v.array(v.strictObject({ name: v.string(), version: v.string() })),
      units: v.strictObject({ enabled: v.array(v.string()), masked: v.array(v.string()) }),
    }),
  ),
  /** The booted kernel would accept this root file system. */
  consistent: v.boolean(),
});
export type ImageInspect = v.InferOutput<typeof imageInspectSchema>;
