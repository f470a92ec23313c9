import assert from "node:assert/strict";
import { test } from "node:test";
import { renderMetrics } from "@icos/system";
import { testingHostConfig } from "../testing-host-config.ts";
import { versionSeries } from "./version-series.ts";

void test("versions are labels, and the generation follows from the reward type", () => {
  const generation = (type: string | null): string | undefined =>
    renderMetrics(versionSeries("abc", testingHostConfig(type)))
      .split("\n")
      .findLast((line) => line !== "");
  assert.equal(generation("type3.1"), 'node_hardware_generation{gen="Gen2"} 1');
  assert.equal(generation("type1.1"), 'node_hardware_generation{gen="Gen1"} 1');
  assert.equal(generation("type4.2"), 'node_hardware_generation{gen="Gen3"} 1');
  assert.equal(generation(null), 'node_hardware_generation{gen="GenUnknown"} 0');
  const page = renderMetrics(versionSeries("abc", testingHostConfig()));
  assert.match(page, /^hostos_version\{version="abc"\} 1$/m);
  assert.match(page, /^hostos_config_version\{version="1\.\d+\.\d+"\} 1$/m);
});
