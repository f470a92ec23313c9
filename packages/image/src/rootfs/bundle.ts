import { isAbsolute, join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { IcosError } from "@icos/system";

/** CommonJS dependencies ask for `require`, which an ES module does not have. */
export const BUNDLE_BANNER =
  'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' +
  "const $random={getRandomValues:a=>process.getBuiltinModule('node:crypto').randomFillSync(a)};";

/**
 * Node's modules, not by `import`: an import loads the module and looks at every export, and some of them load megabytes of
 * code that no program here uses (`WebSocket` of node:http, `webcrypto` of node:crypto). A third of a start is spent there.
 * Here a module is loaded when the first of its exports is used.
 */
const LAZY_BUILTINS: Plugin = {
  name: "lazy-builtins",
  setup(bundler) {
    const namespace = "node-builtin";
    bundler.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === "dynamic-import" ? undefined : { path, namespace },
    );
    bundler.onLoad({ filter: /^/, namespace }, ({ path }) => ({
      contents:
        "let m;module.exports=Object.create(new Proxy({},{get:(_,name)=>" +
        `name==="__esModule"?void 0:(m??=process.getBuiltinModule(${JSON.stringify(path)}))[name]}))`,
    }));
  },
};

/** Dependencies take random bytes from here; Node's own `crypto` object comes with all of webcrypto. */
const DEFINE = { "globalThis.crypto": "$random" };

export interface Bundle {
  readonly code: Uint8Array;
  /** Every file that went into it, relative to the repository. */
  readonly sources: readonly string[];
}

/** One self-contained ES module from a program's entry point; the bytes depend on its sources alone. */
export async function bundleProgram(repository: string, entryPoint: string): Promise<Bundle> {
  const result = await build({
    absWorkingDir: repository,
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node26",
    minify: true,
    keepNames: true,
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    banner: { js: BUNDLE_BANNER },
    plugins: [LAZY_BUILTINS],
    define: DEFINE,
    // The same for every file, by whatever way it is found: none of the tsconfig.json beside the sources is looked at.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    outfile: join(repository, "program.mjs"),
  }).catch((cause: unknown) => {
    throw new IcosError("bundle-failed", `${entryPoint} could not be bundled.`, { cause });
  });
  const [output] = result.outputFiles;
  if (!output) throw new IcosError("bundle-failed", `${entryPoint} gave no output.`);
  const sources = Object.keys(result.metafile.inputs)
    .filter((path) => !path.startsWith("node-builtin:"))
    .map((path) => (isAbsolute(path) ? relative(repository, path) : path));
  return { code: output.contents, sources: sources.sort() };
}
