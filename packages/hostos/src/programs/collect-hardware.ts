import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createExec, createLogger, describeError } from "@icos/system";
import { createLayout } from "../layout.ts";
import { collectHardware } from "../monitoring/collect-hardware.ts";
import { collectorFiles } from "../monitoring/collector-files.ts";

/** Runs as root, by a timer. */
const logger = createLogger(process.stderr, { journal: true, name: "collect-hardware" });
const layout = createLayout();
const facts = {
  hasDrives: () =>
    readdir(join(layout.sys, "class/nvme")).then(
      (names) => names.length > 0,
      () => false,
    ),
  hasManagementController: () =>
    access(join(layout.dev, "ipmi0")).then(
      () => true,
      () => false,
    ),
};
try {
  await collectHardware({ facts, exec: createExec(), files: collectorFiles(layout), logger });
} catch (error) {
  logger.log("error", describeError(error));
  process.exitCode = 1;
}
