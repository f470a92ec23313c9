/**
 * Fuzzes and keeps what was found: `node test/fuzz/grow-corpus.ts SECONDS [TARGET…]`, so many seconds for each target.
 * The corpus is then the smallest set of inputs that reaches as much.
 */
import { availableParallelism } from "node:os";
import { describeError } from "@icos/system";
import { writeCorpus } from "./harness/corpus.ts";
import { openFuzzer } from "./harness/fuzzer.ts";
import { listTargets } from "./harness/targets.ts";

const [seconds = "60", ...named] = process.argv.slice(2);
const left = [...(await listTargets(named))];
const fuzzer = await openFuzzer();

async function grow(): Promise<void> {
  for (let target = left.shift(); target; target = left.shift()) {
    try {
      const { inputs, runs } = await fuzzer.run(target, Number(seconds), 0);
      const kept = await fuzzer.minimise(target, inputs);
      await writeCorpus(target.name, kept);
      console.log(`${target.name}: ${runs} inputs tried, ${kept.length} kept`);
    } catch (error) {
      process.exitCode = 1;
      console.error(`${target.name}: ${describeError(error)}`);
    }
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, grow));
