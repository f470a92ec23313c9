import { parseJson } from "@icos/system";
import * as v from "valibot";

/** Counters have up to 128 bits; depending on its version nvme-cli writes the large ones as text. */
const count = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,39}$/, "not a whole number"), v.transform(Number))]),
  v.minValue(0),
);
const percent = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));

/** `nvme smart-log -o json`: the health log page of NVMe (log identifier 02h) under the names of nvme-cli. */
const SmartLog = v.object({
  /** A bit field; since version 2.9, and with `--verbose`, an object that has it as `value`. */
  critical_warning: v.union([
    percent,
    v.pipe(
      v.object({ value: percent }),
      v.transform(({ value }) => value),
    ),
  ]),
  /** Kelvin */
  temperature: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
  avail_spare: percent,
  spare_thresh: percent,
  /** Above 100 when the drive outlives what its maker expected. */
  percent_used: percent,
  /** Thousands of 512-byte units. */
  data_units_read: count,
  data_units_written: count,
  host_read_commands: count,
  host_write_commands: count,
  /** Minutes */
  controller_busy_time: count,
  power_cycles: count,
  /** Hours */
  power_on_hours: count,
  media_errors: count,
  num_err_log_entries: count,
});
export type SmartLog = v.InferOutput<typeof SmartLog>;

/** Throws `smart-log-invalid`, which names every wrong field. */
export function parseSmartLog(text: string, device: string): SmartLog {
  return parseJson(SmartLog, text, { code: "smart-log-invalid", name: `The health log of ${device}` });
}
