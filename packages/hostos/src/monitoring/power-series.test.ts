import assert from "node:assert/strict";
import { test } from "node:test";
import { renderMetrics } from "@icos/system";
import { NO_POWER_READING, parsePowerReading, powerSeries, type PowerReading } from "./power-series.ts";

/** In the layout of ipmitool 1.8: figures of a Supermicro, a Dell, an OpenBMC without and one with a reading. */
const reading = (instantaneous: string, average: string, timestamp: string, period: string, state: string): string => `
    Instantaneous power reading:              ${instantaneous.padStart(8)} Watts
    Minimum during sampling period:                132 Watts
    Maximum during sampling period:                384 Watts
    Average power reading over sample period: ${average.padStart(8)} Watts
    IPMI timestamp:                           ${timestamp}
    Sampling period:                          ${period} Seconds.
    Power reading state is:                   ${state}

`;

const CASES: readonly (readonly [string, PowerReading])[] = [
  [reading("240", "204", "03/06/2025 07:40:35 UTC", "00000001", "activated"), watts(240, 204, 1)],
  [reading("197", "190", "Sun Mar  6 15:13:42 2022", "00123893", "activated"), watts(197, 190, 123_893)],
  [reading("0", "0", "Thu Jan  1 00:00:00 1970", "00000000", "deactivated"), watts(0, 0, 0)],
  [reading("1105", "1098", "Thu Jan  1 00:00:00 1970", "00000000", "deactivated"), watts(1105, 1098, 0)],
];

function watts(instantaneousWatts: number, averageWatts: number, samplingPeriodSeconds: number): PowerReading {
  return { instantaneousWatts, averageWatts, samplingPeriodSeconds };
}

void test("the readings of management controllers are read", () => {
  for (const [text, expected] of CASES) {
    assert.deepEqual(parsePowerReading(text), expected);
    assert.deepEqual(parsePowerReading(text.replaceAll("\n", "\r\n")), expected);
  }
});

void test("what is missing is -1", () => {
  for (const text of [
    "",
    "Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: No such file or directory\n",
    "    A valid DCMI command was not returned! (c1)\n",
    "DCMI request failed because: Invalid command on LUN (c1)\n",
    "    Instantaneous power reading:                   many Watts\n",
  ])
    assert.deepEqual(parsePowerReading(text), NO_POWER_READING, text);
  const [[text] = [""]] = CASES;
  assert.deepEqual(parsePowerReading(text.replace(/.*Average.*\n/, "")), watts(240, -1, 1));
});

void test("the series have upstream's names", () => {
  const page = renderMetrics(powerSeries(watts(240, -1, 1)));
  assert.deepEqual(
    page.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
    ["power_instantaneous_watts 240", "power_average_watts -1", "power_sampling_period_seconds 1"],
  );
});
