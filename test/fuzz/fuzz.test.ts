import { availableParallelism } from "node:os";
import { suite, test } from "node:test";
import { openFuzzer } from "./harness/fuzzer.ts";
import { listTargets } from "./harness/targets.ts";

/** For each parser. */
const SECONDS = Number(process.env["ICOS_FUZZ_SECONDS"] ?? 60);
/** The same for each run, so that a failure is one that a person sees again; `grow-corpus.ts` looks elsewhere each time. */
const SEED = Number(process.env["ICOS_FUZZ_SEED"] ?? 1);
/** Names, separated by commas; all without it. */
const NAMED = (process.env["ICOS_FUZZ_TARGETS"] ?? "").split(",").filter((name) => name !== "");

const targets = await listTargets(NAMED);
const fuzzer = await openFuzzer();

void suite(
  `each parser takes or refuses whatever it is given, for ${SECONDS} s`,
  // Two for each processor: a minute is a minute of the clock, and the whole stays within what a test run may take.
  { concurrency: 2 * availableParallelism() },
  () => {
    for (const target of targets) {
      void test(target.name, async (t) => {
        const { runs } = await fuzzer.run(target, SECONDS, SEED);
        t.diagnostic(`${target.name}: ${runs} inputs`);
      });
    }
  },
);
