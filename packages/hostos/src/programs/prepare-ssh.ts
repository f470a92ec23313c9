import { createExec, createLogger, describeError } from "@icos/system";
import { prepareSsh } from "../access/prepare-ssh.ts";

/** Runs as root without rights, before the first connection; again when somebody has changed the keys. */
const logger = createLogger(process.stderr, { journal: true, name: "prepare-ssh" });
try {
  const directories = { bootConfig: "/boot/config", keys: "/run/ssh-access" };
  const keys = await prepareSsh(directories, { exec: createExec(), logger });
  logger.log("info", "The keys of the configuration are in place.", { keys });
} catch (error) {
  logger.log("error", "Nobody can log in by SSH.", { error: describeError(error) });
  process.exitCode = 1;
}
