import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, renderMetrics } from "@icos/system";
import { nvmeSeries } from "./nvme-series.ts";
import { parseSmartLog } from "./smart-log.ts";

/** What nvme-cli 1.x wrote for a drive of Samsung with half a year of power. */
const OLD = {
  critical_warning: 0,
  temperature: 322,
  avail_spare: 100,
  spare_thresh: 10,
  percent_used: 0,
  data_units_read: 23_665_821,
  data_units_written: 7_000_791,
  host_read_commands: 151_746_402,
  host_write_commands: 184_324_030,
  controller_busy_time: 136,
  power_cycles: 8,
  power_on_hours: 4221,
  unsafe_shutdowns: 0,
  media_errors: 0,
  num_err_log_entries: 0,
  temperature_sensor_1: 322,
};

/** What nvme-cli 2.11 wrote for a drive of Seagate: the warning is an object. */
const NEW = {
  critical_warning: { value: 4, available_spare: 0, temp_threshold: 0, reliability_degraded: 1, ro: 0 },
  temperature: 324,
  avail_spare: 100,
  spare_thresh: 5,
  percent_used: 130,
  endurance_grp_critical_warning_summary: 0,
  data_units_read: 178_037_231,
  data_units_written: 1_928_683_480,
  host_read_commands: 5_808_178_366,
  host_write_commands: "24273507789",
  controller_busy_time: 69_549,
  power_cycles: 99,
  power_on_hours: 24_424,
  unsafe_shutdowns: 49,
  media_errors: 0,
  num_err_log_entries: 212,
};

const values = (log: object): Record<string, number> =>
  Object.fromEntries(
    nvmeSeries("nvme0n1", parseSmartLog(JSON.stringify(log), "nvme0n1")).map((s) => [s.name, s.value]),
  );

void test("the health of a drive becomes upstream's series in their units", () => {
  assert.deepEqual(values(OLD), {
    nvme_temperature_celsius: 48.85,
    nvme_available_spare_ratio: 1,
    nvme_available_spare_threshold_ratio: 0.1,
    nvme_percent_used: 0,
    nvme_critical_warning: 0,
    nvme_media_errors_total: 0,
    nvme_num_err_log_entries_total: 0,
    nvme_power_cycles_total: 8,
    nvme_power_on_seconds_total: 15_195_600,
    nvme_controller_busy_time_seconds: 8_160,
    nvme_data_units_written_total: 7_000_791,
    nvme_data_units_read_total: 23_665_821,
    nvme_host_read_commands_total: 151_746_402,
    nvme_host_write_commands_total: 184_324_030,
  });
  const {
    nvme_critical_warning: warning,
    nvme_percent_used: used,
    nvme_host_write_commands_total: writes,
  } = values(NEW);
  assert.deepEqual([warning, used, writes], [4, 130, 24_273_507_789]);
});

void test("each series names its drive and its type", () => {
  const page = renderMetrics(nvmeSeries("nvme0n1", parseSmartLog(JSON.stringify(OLD), "nvme0n1")));
  assert.equal(page.match(/^nvme_\w+\{device="nvme0n1"\} \d+(\.\d+)?$/gm)?.length, 14);
  assert.equal(page.match(/^# TYPE nvme_\w+ counter$/gm)?.length, 9);
});

void test("a log that is not one is refused with every wrong field", () => {
  const { temperature: _, ...rest } = OLD;
  const wrong = { ...rest, power_cycles: "many", avail_spare: -1, media_errors: -1 };
  assert.throws(
    () => parseSmartLog(JSON.stringify(wrong), "nvme0n1"),
    (error: Error) =>
      error instanceof IcosError &&
      error.code === "smart-log-invalid" &&
      ["temperature", "power_cycles", "avail_spare", "media_errors"].every((field) => error.message.includes(field)),
  );
  assert.throws(() => parseSmartLog("NVMe status: INVALID", "nvme0n1"), { code: "smart-log-invalid" });
});
