import * as v from "valibot";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseJson, systemErrorCode } from "@icos/system";
import type { OsName } from "../os/os-name.ts";

export type Variant = "prod" | "dev";

const AbsolutePath = v.pipe(v.string(), v.regex(/^\/(?!.*\/\.\.?(\/|$)).+[^/]$/, "not an absolute path"));
const UnitName = v.pipe(
  v.string(),
  v.regex(/^[\w@.\\-]+\.(service|socket|target|path|timer|mount|automount|slice)$/, "not a unit name"),
);
const Id = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_534));

/** What a component adds to an image; `files/` beside it is copied to `/`. */
const ComponentDefinition = v.strictObject({
  description: v.string(),
  variants: v.optional(v.array(v.picklist(["prod", "dev"])), ["prod", "dev"]),
  packages: v.optional(v.array(v.string()), []),
  /** Path in the image to the module that is bundled into one file. */
  programs: v.optional(v.record(AbsolutePath, v.string()), {}),
  users: v.optional(
    v.array(
      v.strictObject({
        name: v.string(),
        uid: Id,
        group: v.optional(v.string()),
        groups: v.optional(v.array(v.string()), []),
        home: v.optional(v.string(), "/nonexistent"),
        shell: v.optional(v.string(), "/usr/sbin/nologin"),
      }),
    ),
    [],
  ),
  groups: v.optional(v.array(v.strictObject({ name: v.string(), gid: Id })), []),
  directories: v.optional(
    v.array(
      v.strictObject({
        path: AbsolutePath,
        mode: v.pipe(v.string(), v.regex(/^[0-7]{4}$/, "not an octal mode")),
        owner: v.string(),
      }),
    ),
    [],
  ),
  links: v.optional(v.record(AbsolutePath, v.string()), {}),
  enable: v.optional(v.array(UnitName), []),
  mask: v.optional(v.array(UnitName), []),
  remove: v.optional(v.array(AbsolutePath), []),
});
export type ComponentDefinition = v.InferOutput<typeof ComponentDefinition>;

export interface Component {
  readonly name: string;
  readonly directory: string;
  readonly definition: ComponentDefinition;
}

/** Directories whose components make up an image: what all operating systems share, then its own. */
export function componentDirectories(repository: string, os: OsName): readonly string[] {
  return [join(repository, "images/common"), join(repository, "images", os)];
}

/** The components of an operating system that belong to `variant`: the shared ones first, each directory's by name. */
export async function loadComponents(repository: string, os: OsName, variant: Variant): Promise<readonly Component[]> {
  const components: Component[] = [];
  for (const directory of componentDirectories(repository, os))
    components.push(...(await loadDirectory(directory, variant)));
  return components;
}

async function loadDirectory(directory: string, variant: Variant): Promise<readonly Component[]> {
  const components: Component[] = [];
  for (const entry of (await readdir(directory, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const file = join(directory, entry.name, "component.json");
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) continue;
    const definition = parseJson(ComponentDefinition, text, {
      code: "bad-component",
      name: `Component ${entry.name}`,
      file,
    });
    if (definition.variants.includes(variant))
      components.push({ name: entry.name, directory: join(directory, entry.name), definition });
  }
  return components;
}
