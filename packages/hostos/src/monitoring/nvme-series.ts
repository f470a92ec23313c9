import { counter, gauge, type Sample } from "@icos/system";
import type { SmartLog } from "./smart-log.ts";

/** The health of one drive under the names and in the units of upstream's `monitor-nvme`. */
export function nvmeSeries(device: string, log: SmartLog): readonly Sample[] {
  const labels = { device };
  const gauges: readonly (readonly [string, string, number])[] = [
    // Tenths of hundredths: what a subtraction of binary fractions adds behind them is no reading.
    ["nvme_temperature_celsius", "Temperature in Celsius.", Math.round((log.temperature - 273.15) * 100) / 100],
    ["nvme_available_spare_ratio", "Spare flash that is left.", log.avail_spare / 100],
    ["nvme_available_spare_threshold_ratio", "Spare flash below which the drive warns.", log.spare_thresh / 100],
    ["nvme_percent_used", "Percent of the life that the maker expected; may pass 100.", log.percent_used],
    [
      "nvme_critical_warning",
      "Bits: spare, temperature, reliability, read-only, backup, memory region.",
      log.critical_warning,
    ],
  ];
  const counters: readonly (readonly [string, string, number])[] = [
    ["nvme_media_errors_total", "Errors of media and data integrity.", log.media_errors],
    ["nvme_num_err_log_entries_total", "Entries of the error log over the drive's life.", log.num_err_log_entries],
    ["nvme_power_cycles_total", "Power cycles.", log.power_cycles],
    ["nvme_power_on_seconds_total", "Seconds with power.", log.power_on_hours * 3600],
    ["nvme_controller_busy_time_seconds", "Seconds in which the controller was busy.", log.controller_busy_time * 60],
    ["nvme_data_units_written_total", "Units of 1000 * 512 bytes written.", log.data_units_written],
    ["nvme_data_units_read_total", "Units of 1000 * 512 bytes read.", log.data_units_read],
    ["nvme_host_read_commands_total", "Read commands completed.", log.host_read_commands],
    ["nvme_host_write_commands_total", "Write commands completed.", log.host_write_commands],
  ];
  return [
    ...gauges.map(([name, help, value]) => gauge(name, help, value, labels)),
    ...counters.map(([name, help, value]) => counter(name, help, value, labels)),
  ];
}

export function nvmeVersionSeries(version: string): Sample {
  return gauge("nvme_nvmecli_version", "Version of nvme-cli.", 1, { version });
}
