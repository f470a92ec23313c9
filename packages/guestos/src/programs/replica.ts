import { readFile } from "node:fs/promises";
import { parseIcConfig } from "@icos/config";
import { parseReplicaArguments, runReplica } from "@icos/replica/node";
import { createLogger, describeError, systemClock } from "@icos/system";

/** Started by the orchestrator when a subnet lists the node. */
const logger = createLogger(process.stderr, { journal: true, name: "replica" });

const stopping = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stopping.abort());

try {
  const args = parseReplicaArguments(process.argv.slice(2));
  const config = parseIcConfig(await readFile(args.configFile, "utf8"), args.configFile);
  const replica = await runReplica({ arguments: args, config, clock: systemClock, logger });
  const close = (): void => void replica.close();
  if (stopping.signal.aborted) close();
  else stopping.signal.addEventListener("abort", close, { once: true });
} catch (error) {
  logger.log("error", "The replica cannot run.", { error: describeError(error) });
  process.exitCode = 1;
}
