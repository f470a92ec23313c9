import { describeError, type Exec, type Logger, type Sample } from "@icos/system";
import type { CollectorFiles } from "./collector-files.ts";
import { parseNvmeList, parseNvmeVersion } from "./nvme-list.ts";
import { nvmeSeries, nvmeVersionSeries } from "./nvme-series.ts";
import { NO_POWER_READING, parsePowerReading, powerSeries } from "./power-series.ts";
import { parseSmartLog } from "./smart-log.ts";

const NVME = "/usr/sbin/nvme";
const IPMITOOL = "/usr/bin/ipmitool";
/** A drive or a management controller that hangs must not hold up the others for long. */
const TIMEOUT_MS = 15_000;

/** What of it the machine has; a tool that has nothing to ask only complains. */
export interface HardwareFacts {
  hasDrives(): Promise<boolean>;
  hasManagementController(): Promise<boolean>;
}

export interface CollectHardwareModules {
  readonly facts: HardwareFacts;
  readonly exec: Exec;
  readonly files: CollectorFiles;
  readonly logger: Logger;
}

/**
 * Asks the drives and the management controller once and writes `nvme_metrics.prom` and `power_metrics.prom`. What cannot
 * be asked is logged and left out; power that is not known is -1, as upstream has it.
 */
export async function collectHardware({ facts, exec, files, logger }: CollectHardwareModules): Promise<void> {
  const run = async (...command: readonly string[]): Promise<string> => {
    const { stdout } = await exec.run(command, { timeout: TIMEOUT_MS, env: { LC_ALL: "C" } });
    return stdout.toString();
  };
  const attempt = async <T>(what: string, otherwise: T, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      logger.log("warning", `${what} cannot be read.`, { error: describeError(error) });
      return otherwise;
    }
  };
  const devices = await attempt<readonly string[]>("The list of NVMe drives", [], async () =>
    (await facts.hasDrives()) ? parseNvmeList(await run(NVME, "list", "-o", "json")) : [],
  );
  const nvme: Sample[] = [];
  for (const device of devices) {
    const series = await attempt<readonly Sample[]>(`The health of ${device}`, [], async () =>
      nvmeSeries(device, parseSmartLog(await run(NVME, "smart-log", "-o", "json", `/dev/${device}`), device)),
    );
    nvme.push(...series);
  }
  const version = await attempt<readonly Sample[]>("The version of nvme-cli", [], async () => [
    nvmeVersionSeries(parseNvmeVersion(await run(NVME, "version"))),
  ]);
  await files.write("nvme_metrics", [...version, ...nvme]);
  const power = await attempt("The power", NO_POWER_READING, async () =>
    (await facts.hasManagementController())
      ? parsePowerReading(await run(IPMITOOL, "dcmi", "power", "reading"))
      : NO_POWER_READING,
  );
  await files.write("power_metrics", powerSeries(power));
}
