import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { FuzzTarget } from "./targets.ts";

/** One CommonJS module of the target and all that it imports: the form that the fuzzer can instrument. */
export async function bundleTarget({ name, file }: FuzzTarget, directory: string): Promise<string> {
  const outfile = join(directory, `${name}.js`);
  await writeFile(join(directory, "package.json"), '{"type":"commonjs"}');
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node26",
    logLevel: "error",
    // Modules that look for files beside themselves: none of a parser's does.
    define: { "import.meta.dirname": '"/nonexistent"', "import.meta.url": '"file:///nonexistent"' },
  });
  return outfile;
}
