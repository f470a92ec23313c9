import { createExec, createLogger, describeError } from "@icos/system";
import { createLayout } from "../layout.ts";
import { collectHardware } from "../monitoring/collect-hardware.ts";
import { collectorFiles } from "../monitoring/collector-files.ts";

/** Runs as root, by a timer. */
const logger = createLogger(process.stderr, { journal: true, name: "collect-hardware" });
try {
  await collectHardware({ exec: createExec(), files: collectorFiles(createLayout()), logger });
} catch (error) {
  logger.log("error", describeError(error));
  process.exitCode = 1;
}
