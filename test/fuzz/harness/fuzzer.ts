import { hash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openToolsTree } from "@icos/image";
import { createExec, describeError, IcosError } from "@icos/system";
import { bundleTarget } from "./bundle.ts";
import { packCorpus, readCorpus, unpackCorpus } from "./corpus.ts";
import type { FuzzTarget } from "./targets.ts";

const HOME = join(import.meta.dirname, "..");
const JAZZER = join(HOME, "node_modules/@jazzer.js/core/dist/cli.js");
/** Where inputs are left on which a target fails. */
const FAILURES = join(HOME, "failures");
/** Bytes. Longer inputs are rarely wrong in another way, and slow. */
const MAX_LENGTH = 16_384;
/** Megabytes: more is a failure too. */
const MEMORY_LIMIT = 2_048;
/** For one input, by the clock: a busy machine must not look like a slow parser. */
const INPUT_SECONDS = 30;

export interface Fuzzer {
  /**
   * Runs the target on what is kept of it and on what comes of that, for so many seconds. Returns all inputs that
   * reach something new, and how many were tried. The same seed draws the same inputs in the same order, however far
   * the time lets it come; 0 draws others each time.
   * @throws IcosError `fuzz-failure`, with the place of the input
   */
  run(
    target: FuzzTarget,
    seconds: number,
    seed: number,
  ): Promise<{ readonly inputs: readonly Uint8Array[]; readonly runs: number }>;
  /** The smallest of the inputs that reach as much together. */
  minimise(target: FuzzTarget, inputs: readonly Uint8Array[]): Promise<readonly Uint8Array[]>;
}

/**
 * Jazzer.js (libFuzzer, guided by coverage) of `test/fuzz/package.json`, installed when it is missing. It runs inside
 * the tools tree: its native part needs a newer C library than Debian 12's.
 */
export async function openFuzzer(): Promise<Fuzzer> {
  await install();
  const tools = await openToolsTree();
  /** What it says, which it writes to a file: into a pipe it would not wait for the reader, and lose lines. */
  const jazzer = async (
    program: string,
    directories: readonly string[],
    options: readonly string[],
  ): Promise<string> => {
    const command = [process.execPath, "--disable-warning=DEP0205", JAZZER, program, ...directories];
    // A target that reads a device is asynchronous, which is slower.
    const isAsync = (await readFile(program, "utf8")).includes("async function fuzz(");
    // The time for one input is the driver's to set; what it is given for the library it writes over.
    const time = ["--timeout", `${INPUT_SECONDS * 1_000}`];
    const own = [...(isAsync ? [] : ["--sync"]), ...time, "--includes", program];
    const log = `${program}.log`;
    const logged = ["sh", "-c", 'log=$1; shift; exec "$@" 2>"$log"', "sh", log, ...command];
    try {
      await tools.exec.run([...logged, ...own, "--", ...options], { cwd: HOME });
      return await readFile(log, "latin1");
    } catch (cause) {
      const output = await readFile(log, "latin1").catch(() => "");
      throw new IcosError("fuzzer-failed", `The fuzzer ended with an error: ${output.slice(-3_000)}`, { cause });
    }
  };
  return {
    run: (target, seconds, seed) =>
      inScratch(async ({ program, directory }) => {
        const corpus = join(directory, "corpus");
        await mkdir(corpus);
        await unpackCorpus(await readCorpus(target.name), corpus);
        const artifacts = join(directory, "artifacts/");
        await mkdir(artifacts);
        const limits = [`-max_len=${MAX_LENGTH}`, `-rss_limit_mb=${MEMORY_LIMIT}`];
        const options = [
          `-max_total_time=${seconds}`,
          `-seed=${seed}`,
          ...limits,
          `-artifact_prefix=${artifacts}`,
          "-print_final_stats=1",
        ];
        const said = await jazzer(program, [corpus], options).catch((error: unknown) =>
          failed(target, artifacts, error),
        );
        const runs = Number(
          /^stat::number_of_executed_units:\s*(\d+)/m.exec(said)?.[1] ?? /^Done (\d+) runs/m.exec(said)?.[1],
        );
        if (!(runs > 0))
          throw new IcosError("fuzz-silent", `The fuzzer did not run ${target.name}: ${said.slice(-500)}`);
        return { inputs: await packCorpus(corpus), runs };
      }, target),
    minimise: (target, inputs) =>
      inScratch(async ({ program, directory }) => {
        const [kept, all] = [join(directory, "kept"), join(directory, "all")];
        await mkdir(kept);
        await mkdir(all);
        await unpackCorpus(inputs, all);
        await jazzer(program, [kept, all], ["-merge=1", `-max_len=${MAX_LENGTH}`]);
        return packCorpus(kept);
      }, target),
  };
}

/** As locked; once for each state of the lock. */
async function install(): Promise<void> {
  const wanted = hash("sha256", await readFile(join(HOME, "package-lock.json")));
  const stamp = join(HOME, "node_modules/.icos-stamp");
  if ((await readFile(stamp, "utf8").catch(() => "")) === wanted) return;
  await createExec().run(["npm", "ci", "--ignore-scripts", "--loglevel=error"], { cwd: HOME });
  await writeFile(stamp, wanted);
}

async function inScratch<T>(
  work: (place: { readonly program: string; readonly directory: string }) => Promise<T>,
  target: FuzzTarget,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "icos-fuzz-"));
  try {
    return await work({ program: await bundleTarget(target, directory), directory });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Keeps the input where a person finds it. */
async function failed({ name }: FuzzTarget, artifacts: string, cause: unknown): Promise<never> {
  const [artifact] = await readdir(artifacts);
  if (artifact === undefined) throw cause;
  await mkdir(FAILURES, { recursive: true });
  const file = join(FAILURES, `${name}-${artifact}`);
  await cp(join(artifacts, artifact), file);
  throw new IcosError("fuzz-failure", `${name} fails on the input in ${file}.`, {
    next: `Once that is mended, keep the input: base64 -w0 ${file} >> test/fuzz/corpus/${name}.txt, and a line break.`,
    details: { output: describeError(cause).slice(-2_000) },
    cause,
  });
}
