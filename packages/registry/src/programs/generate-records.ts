/** Makes `src/generated` from `proto`: `node packages/registry/src/programs/generate-records.ts`. */
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const PACKAGE = join(import.meta.dirname, "../..");
const TOOLS = join(PACKAGE, "../../node_modules/.bin");

type Run = (
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
) => Promise<unknown>;

/** Writes the code to `src/generated` below `output`. */
export async function generateRecords(run: Run, output: string): Promise<void> {
  const env = { ...process.env, PATH: `${TOOLS}${delimiter}${process.env["PATH"] ?? ""}` };
  await run(join(TOOLS, "buf"), ["generate", "--output", output], { cwd: PACKAGE, env });
}

if (import.meta.main) await generateRecords(promisify(execFile), PACKAGE);
