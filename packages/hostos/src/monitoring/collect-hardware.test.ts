import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, renderMetrics, silentLogger, type Exec, type Sample } from "@icos/system";
import { collectHardware } from "./collect-hardware.ts";

const LOG = {
  critical_warning: 0,
  temperature: 300,
  avail_spare: 100,
  spare_thresh: 10,
  percent_used: 1,
  data_units_read: 1,
  data_units_written: 1,
  host_read_commands: 1,
  host_write_commands: 1,
  controller_busy_time: 1,
  power_cycles: 1,
  power_on_hours: 1,
  media_errors: 0,
  num_err_log_entries: 0,
};

/** Tools that print what the table says, and fail for every other command. */
async function collect(outputs: Readonly<Record<string, string>>, present = true): Promise<Record<string, string>> {
  const asked: string[] = [];
  const exec: Exec = {
    run: ([, ...args]) => {
      asked.push(args.join(" "));
      const output = outputs[args.join(" ")];
      return output === undefined
        ? Promise.reject(new IcosError("command-failed", "No such tool."))
        : Promise.resolve({ stdout: Buffer.from(output), stderr: "" });
    },
  };
  const files: Record<string, string> = {};
  const write = (name: string, samples: readonly Sample[]): Promise<void> => {
    files[name] = renderMetrics(samples);
    return Promise.resolve();
  };
  const has = (): Promise<boolean> => Promise.resolve(present);
  const facts = { hasDrives: has, hasManagementController: has };
  await collectHardware({ facts, exec, files: { write }, logger: silentLogger });
  if (!present) assert.deepEqual(asked, ["version"]);
  return files;
}

void test("drives and power are asked, and one drive that does not answer hides no other", async () => {
  const { nvme_metrics: nvme, power_metrics: power } = await collect({
    "list -o json": JSON.stringify({ Devices: [{ DevicePath: "/dev/nvme0n1" }, { DevicePath: "/dev/nvme1n1" }] }),
    "smart-log -o json /dev/nvme1n1": JSON.stringify(LOG),
    version: "nvme version 2.13 (git 2.13)\n",
    "dcmi power reading": "    Instantaneous power reading:                   240 Watts\n",
  });
  assert.match(nvme ?? "", /^nvme_nvmecli_version\{version="2.13"\} 1$/m);
  assert.match(nvme ?? "", /^nvme_temperature_celsius\{device="nvme1n1"\} 26.85$/m);
  assert.doesNotMatch(nvme ?? "", /nvme0n1/);
  assert.match(power ?? "", /^power_instantaneous_watts 240$/m);
  assert.match(power ?? "", /^power_average_watts -1$/m);
});

void test("without tools there are no drives, and no power is known", async () => {
  const files = await collect({});
  assert.equal(files["nvme_metrics"], "");
  assert.match(files["power_metrics"] ?? "", /^power_instantaneous_watts -1$/m);
});

void test("a machine that has neither is not asked", async () => {
  const files = await collect({ version: "nvme version 2.13 (git 2.13)\n" }, false);
  assert.match(files["nvme_metrics"] ?? "", /^nvme_nvmecli_version\{version="2.13"\} 1$/m);
  assert.match(files["power_metrics"] ?? "", /^power_instantaneous_watts -1$/m);
});
