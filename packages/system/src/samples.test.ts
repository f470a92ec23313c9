import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, gauge, renderMetrics } from "./samples.ts";

void test("samples of one metric stand together below one header", () => {
  const page = renderMetrics([
    gauge("temperature", "Degrees.", 21.5, { sensor: "a" }),
    counter("reads_total", "Reads.", 3),
    gauge("temperature", "Degrees.", -4, { sensor: 'b "x"\\\n' }),
  ]);
  assert.equal(
    page,
    `# HELP temperature Degrees.
# TYPE temperature gauge
temperature{sensor="a"} 21.5
temperature{sensor="b \\"x\\"\\\\\\n"} -4
# HELP reads_total Reads.
# TYPE reads_total counter
reads_total 3
`,
  );
});

void test("a number that is none, or has no end, is written as the format wants it", () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, 0.1];
  const lines = renderMetrics(values.map((value) => gauge("x", "", value))).split("\n");
  assert.deepEqual(lines.slice(2, -1), ["x NaN", "x +Inf", "x -Inf", "x 1e+21", "x 0.1"]);
});
