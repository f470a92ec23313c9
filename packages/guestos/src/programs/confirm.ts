import { createExec, createLogger, describeError } from "@icos/system";
import { confirmRunningSlot } from "../confirm-boot.ts";
import { createLayout } from "../layout.ts";

/** Runs as root when the orchestrator asks for it. */
const logger = createLogger(process.stderr, { journal: true, name: "confirm-boot" });
try {
  await confirmRunningSlot(createLayout(), createExec());
  logger.log("info", "the running slot is confirmed");
} catch (error) {
  logger.log("error", describeError(error));
  process.exitCode = 1;
}
