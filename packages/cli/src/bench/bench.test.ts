import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { IcosError, type PhaseEvent } from "@icos/system";
import { type Bench, measurement } from "./bench.ts";
import { chooseBenches, findBenches } from "./find-benches.ts";
import { median } from "./median.ts";
import { readResults, resultsDirectory } from "./results.ts";
import { runBenches } from "./run-benches.ts";
import { cellsOf, renderSummary } from "./summary.ts";

const ROOT = join(import.meta.dirname, "../../../..");

function bench(name: string, run: Bench["run"]): Bench {
  return { name, what: `What ${name} measures.`, limitMinutes: 1, run };
}

async function inRepository(run: (repository: string) => Promise<void>): Promise<void> {
  const repository = await mkdtemp(join(tmpdir(), "icos-bench-test-"));
  try {
    await mkdir(join(repository, "images"));
    const lock = { packages: [{ name: "qemu-system-x86", version: "1:10.0" }] };
    await writeFile(join(repository, "images/packages.lock.json"), JSON.stringify(lock));
    await run(repository);
  } finally {
    await rm(repository, { recursive: true });
  }
}

void test("a median is the middle, or lies between the two in the middle", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.throws(() => median([]), RangeError);
});

void test("a measurement compares medians and judges before it rounds", () => {
  const result = measurement({
    name: "boot",
    unit: "s",
    samples: [9, 8, 100],
    peer: { name: "other", samples: [10, 12, 11] },
    aim: { of: "ratio", is: "at-most", limit: 0.8 },
  });
  assert.equal(result.value, 9);
  assert.equal(result.peer?.value, 11);
  assert.equal(result.ratio, 0.8182);
  assert.equal(result.met, false);
  const close = measurement({
    name: "x",
    unit: "s",
    samples: [2.000_01],
    aim: { of: "value", is: "below", limit: 2 },
  });
  assert.deepEqual([close.value, close.met], [2, false]);
});

void test("every bench of the repository exports a bench of its file's name", async () => {
  const benches = await findBenches(ROOT);
  const files = (await readdir(join(ROOT, "bench"))).filter((file) => file.endsWith(".bench.ts"));
  assert.deepEqual(benches.map(({ name }) => `${name}.bench.ts`).sort(), files.sort());
  assert.ok(benches.every(({ what, limitMinutes }) => what.endsWith(".") && limitMinutes > 0));
  assert.throws(() => chooseBenches(benches, ["nothing"]), { code: "usage" });
});

void test("results are written and summarised; a bench that fails does not stop the next; directories go", () =>
  inRepository(async (repository) => {
    const events: PhaseEvent["kind"][] = [];
    const cache = join(repository, "cache");
    const options = { repository, cache, signal: new AbortController().signal };
    const report = await runBenches({
      ...options,
      observe: (event) => events.push(event.kind),
      benches: [
        bench("broken", async () => Promise.reject(new IcosError("no-luck", "It did not work."))),
        bench("fine", async ({ directory, ranOn }) => {
          await writeFile(join(directory, "scratch"), "");
          ranOn("tcg");
          return [
            measurement({ name: "time", unit: "s", samples: [3], aim: { of: "value", is: "below", limit: 2 } }),
            measurement({ name: "a | b", unit: "MB", samples: [1234.56] }),
          ];
        }),
      ],
    });
    assert.deepEqual(report.failures, [{ name: "broken", code: "no-luck", message: "It did not work." }]);
    assert.deepEqual(events, ["started", "failed", "started", "finished"]);
    assert.deepEqual(await readdir(cache), []);
    const [written, ...others] = await readResults(resultsDirectory(repository));
    assert.deepEqual(others, []);
    assert.deepEqual(written, report.results[0]);
    assert.equal(written?.machine.accelerator, "tcg");
    assert.equal(written.machine.versions.qemu, "1:10.0");
    const summary = await readFile(join(resultsDirectory(repository), "README.md"), "utf8");
    assert.equal(summary, renderSummary([written]));
    assert.match(summary, /^\| time \| 3 s \| {2}\| {2}\| < 2 s \| no \|$/m);
    assert.match(summary, /^\| a \\\| b \| 1 235 MB \|/m);
    assert.match(summary, /^ {4}\.\/icos bench fine$/m);
    assert.ok(!JSON.stringify(written).includes(repository), "no paths of this machine");
  }));

void test("an interrupted run ends with the reason and records no failure", () =>
  inRepository(async (repository) => {
    const ending = new AbortController();
    const stop = new IcosError("interrupted", "The command was interrupted.");
    const stubborn = bench("stubborn", async ({ signal }) => {
      ending.abort(stop);
      signal.throwIfAborted();
      return [];
    });
    const run = runBenches({
      repository,
      cache: join(repository, "cache"),
      benches: [stubborn],
      observe: () => undefined,
      signal: ending.signal,
    });
    await assert.rejects(run, { code: "interrupted" });
    assert.deepEqual(await readResults(resultsDirectory(repository)), []);
  }));

void test("a ratio is shown with its peer and its aim", () => {
  const cells = cellsOf(
    measurement({
      name: "boot",
      unit: "s",
      samples: [20],
      peer: { name: "Debian", samples: [40] },
      aim: { of: "ratio", is: "at-most", limit: 0.8 },
    }),
  );
  assert.deepEqual(cells, ["boot", "20 s", "40 s (Debian)", "0.5", "ratio ≤ 0.8", "yes"]);
});
