import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import * as fc from "fast-check";
import { nvmeSeries } from "./nvme-series.ts";
import { parseNvmeList, parseNvmeVersion } from "./nvme-list.ts";
import { parsePowerReading } from "./power-series.ts";
import { parseSmartLog } from "./smart-log.ts";

const jsonText = fc.json({ maxDepth: 3 });

function isRefused(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    assert.ok(error instanceof IcosError, String(error));
  }
}

void test("whatever a tool prints is taken or refused", () => {
  fc.assert(
    fc.property(fc.oneof(jsonText, fc.string()), (text) => {
      isRefused(() => parseNvmeList(text));
      isRefused(() => parseNvmeVersion(text));
      isRefused(() => parseSmartLog(text, "nvme0n1"));
      for (const value of Object.values(parsePowerReading(text))) assert.ok(value >= -1);
    }),
  );
});

void test("the names of namespaces are found in either form", () => {
  const name = fc.tuple(fc.nat(9999), fc.nat(999)).map(([controller, namespace]) => `nvme${controller}n${namespace}`);
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 12 }), fc.nat(), (names, split) => {
      const flat = { Devices: names.map((own) => ({ DevicePath: `/dev/${own}` })) };
      assert.deepEqual(parseNvmeList(JSON.stringify(flat)), names);
      const at = split % (names.length + 1);
      const entries = names.map((NameSpace) => ({ NameSpace }));
      const subsystem = { Controllers: [{ Namespaces: entries.slice(0, at) }], Namespaces: entries.slice(at) };
      assert.deepEqual(parseNvmeList(JSON.stringify({ Devices: [{ Subsystems: [subsystem] }] })), names);
    }),
  );
});

void test("counters of any size become numbers, as numbers and as text", () => {
  const byte = fc.nat(255);
  const large = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
  fc.assert(
    fc.property(byte, large, fc.boolean(), (small, count, asText) => {
      const counters = ["data_units_read", "data_units_written", "host_read_commands", "host_write_commands"]
        .concat(["controller_busy_time", "power_cycles", "power_on_hours", "media_errors", "num_err_log_entries"])
        .map((field) => `"${field}": ${asText ? `"${count}"` : count}`);
      const bytes = ["critical_warning", "avail_spare", "spare_thresh", "percent_used", "temperature"];
      const text = `{${[...bytes.map((field) => `"${field}": ${small}`), ...counters].join(",")}}`;
      const series = nvmeSeries("nvme0n1", parseSmartLog(text, "nvme0n1"));
      assert.equal(series.find(({ name }) => name === "nvme_media_errors_total")?.value, Number(count));
      assert.ok(series.every(({ value }) => Number.isFinite(value)));
    }),
  );
});
