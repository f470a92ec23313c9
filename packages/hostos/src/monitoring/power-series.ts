import { gauge, type Sample } from "@icos/system";

/** What `ipmitool dcmi power reading` tells; -1 for what it does not. */
export interface PowerReading {
  readonly instantaneousWatts: number;
  readonly averageWatts: number;
  readonly samplingPeriodSeconds: number;
}

export const NO_READING = -1;
export const NO_POWER_READING: PowerReading = {
  instantaneousWatts: NO_READING,
  averageWatts: NO_READING,
  samplingPeriodSeconds: NO_READING,
};

/** Total: text that is no reading, such as a complaint of ipmitool, gives -1 for everything. */
export function parsePowerReading(text: string): PowerReading {
  const number = (expression: RegExp): number => Number(expression.exec(text)?.[1] ?? NO_READING);
  return {
    instantaneousWatts: number(/^[ \t]*Instantaneous power reading:[ \t]*(\d{1,9})[ \t]+Watts/m),
    averageWatts: number(/^[ \t]*Average power reading over sample period:[ \t]*(\d{1,9})[ \t]+Watts/m),
    samplingPeriodSeconds: number(/^[ \t]*Sampling period:[ \t]*(\d{1,10})[ \t]+Seconds/m),
  };
}

/** The names of upstream's `monitor-power`. */
export function powerSeries(reading: PowerReading): readonly Sample[] {
  return [
    gauge("power_instantaneous_watts", "Power in watts; -1 when it is not known.", reading.instantaneousWatts),
    gauge(
      "power_average_watts",
      "Power in watts over the sampling period; -1 when it is not known.",
      reading.averageWatts,
    ),
    gauge("power_sampling_period_seconds", "Sampling period; -1 when it is not known.", reading.samplingPeriodSeconds),
  ];
}
