import assert from "node:assert/strict";
import { test } from "node:test";
import { formatLine } from "./exposition-line.ts";
import { parseLine } from "./parse-line.ts";

void test("samples of the format's documentation are read", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["metric_without_labels 12.47", ["metric_without_labels", {}, 12.47, undefined]],
    [
      'http_requests_total{method="post",code="200"} 1027 1395066363000',
      ["http_requests_total", { method: "post", code: "200" }, 1027, "1395066363000"],
    ],
    [
      'msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9',
      [
        "msdos_file_access_time_seconds",
        { path: "C:\\DIR\\FILE.TXT", error: 'Cannot find file:\n"FILE.TXT"' },
        1.458255915e9,
        undefined,
      ],
    ],
    [
      'something_weird{problem="division by zero"} +Inf -3982045',
      ["something_weird", { problem: "division by zero" }, Number.POSITIVE_INFINITY, "-3982045"],
    ],
    [' a:b { x = "" , } \t NaN ', ["a:b", { x: "" }, Number.NaN, undefined]],
    ["a{} -Inf", ["a", {}, Number.NEGATIVE_INFINITY, undefined]],
  ];
  for (const [text, expected] of cases) {
    const line = parseLine(text, 1);
    assert.equal(line?.kind, "sample", text);
    if (line?.kind !== "sample") continue;
    assert.deepEqual([line.name, Object.fromEntries(line.labels), line.value, line.timestamp], expected, text);
  }
});

void test("headers are read as they are written, other comments and empty lines say nothing", () => {
  assert.deepEqual(parseLine("# HELP a:b  Help \\n with # and \\\\", 1), {
    kind: "help",
    name: "a:b",
    text: "Help \\n with # and \\\\",
  });
  assert.deepEqual(parseLine("#\tTYPE a histogram\r", 1), {
    kind: "type",
    name: "a",
    text: "histogram",
  });
  assert.deepEqual(parseLine("# HELP a", 1), { kind: "help", name: "a", text: "" });
  for (const text of ["", "  \t", "#", "# EOF", "#HELPa b", "# HELP 9 x"])
    assert.equal(parseLine(text, 1), undefined, text);
});

void test("what is not in the format is refused with its line", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["9a 1", /begin with the name/],
    ["a", /not a value/],
    ["a 1 2 3", /not a value/],
    ["a 1 1.5", /not a value/],
    ["a 0x10", /not a number/],
    ["a 1_000", /not a number/],
    ["a one", /not a number/],
    ['a{b="c" 1', /not separated by commas/],
    ['a{b="c"d="e"} 1', /not separated by commas/],
    ["a{b=c} 1", /not name="value"/],
    ['a{b="c} 1', /not name="value"/],
    ['a{,b="c"} 1', /not name="value"/],
    ['a{b="1",b="2"} 1', /label b twice/],
    ['a{b="\\t"} 1', /escape/],
    ["# TYPE a timer", /type that does not exist/],
  ];
  for (const [text, message] of cases)
    assert.throws(
      () => parseLine(text, 7),
      (error: Error) => message.test(error.message) && error.message.startsWith("Line 7 "),
      text,
    );
});

void test("a line is passed on with every digit that it had", () => {
  for (const text of ['a{b="\\\\\\"\\n"} 1.000 17', "a 9007199254740993", "# TYPE a counter", "# HELP a \\n x"]) {
    const line = parseLine(text, 1);
    assert.ok(line);
    assert.equal(formatLine(line), `${text}\n`);
  }
});
