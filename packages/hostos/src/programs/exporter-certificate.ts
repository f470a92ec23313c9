import { createLogger, describeError, systemClock } from "@icos/system";
import { writeExporterCertificate } from "../monitoring/exporter-certificate.ts";

/** Runs as node_exporter on the first boot of a slot; the directory is the argument. */
const logger = createLogger(process.stderr, { journal: true, name: "exporter-certificate" });
try {
  const [directory] = process.argv.slice(2);
  if (directory === undefined) throw new Error("The directory of the certificate is missing.");
  await writeExporterCertificate(directory, systemClock.now());
} catch (error) {
  logger.log("error", describeError(error));
  process.exitCode = 1;
}
