import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { build as bundle, type Plugin } from "esbuild";
import { IcosError } from "@icos/system";

const MARK = "icos";
/** Nothing is written there. */
const OUT = "/bundle";

/**
 * node:http by `process.getBuiltinModule`, not by an import: that looks at every export, and some of them (`WebSocket`, …)
 * load 15 MB of code that no program here uses.
 */
const httpWithoutImport: Plugin = {
  name: "http-without-import",
  setup(build) {
    build.onResolve({ filter: /^node:http$/ }, ({ path }) => ({ path, namespace: MARK }));
    build.onLoad({ filter: /^/, namespace: MARK }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("${path}");`,
    }));
  },
};

/** What nothing asks for of this workspace's packages is left out. */
const withoutSideEffects: Plugin = {
  name: "without-side-effects",
  setup(build) {
    build.onResolve({ filter: /^(@icos\/|\.)/ }, async ({ path, pluginData, kind, ...rest }) => {
      if (pluginData === MARK || kind === "entry-point" || !rest.importer.endsWith(".ts")) return undefined;
      const found = await build.resolve(path, { ...rest, kind, pluginData: MARK });
      return found.errors.length > 0 ? undefined : { path: found.path, namespace: found.namespace, sideEffects: false };
    });
  },
};

/** Files that a module finds beside itself stay where they are. */
const dirnameOfSource: Plugin = {
  name: "dirname-of-source",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.replaceAll(/\bimport\.meta\.dirname\b/g, () => JSON.stringify(dirname(path)));
      return { contents, loader: "ts" };
    });
  },
};

/**
 * One ES module of each program, by name, that runs on this machine, beside this checkout. It takes a third less memory
 * than the sources, and stack traces name its functions and, by the comments of the module, their files. What programs
 * share is read once for all.
 */
export async function bundleLocalPrograms(
  entryPoints: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const result = await bundle({
    entryPoints,
    outdir: OUT,
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node26",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    // CommonJS dependencies ask for `require`, which an ES module does not have.
    banner: { js: 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);' },
    plugins: [httpWithoutImport, withoutSideEffects, dirnameOfSource],
  }).catch((cause: unknown) => {
    throw new IcosError("bundle-failed", `${Object.values(entryPoints).join(", ")} could not be bundled.`, { cause });
  });
  return new Map(result.outputFiles.map(({ path, contents }) => [basename(path, ".js"), contents]));
}
