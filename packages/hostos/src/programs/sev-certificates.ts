import { readFile } from "node:fs/promises";
import { CONFIG_OBJECTS, readObject } from "@icos/config";
import { createLogger, describeError, systemClock } from "@icos/system";
import { CERTIFICATE_DIRECTORY, certificateCache } from "../sev/certificate-cache.ts";
import { AMD_ROOT_KEYS } from "../sev/certificates.ts";
import { openControlledDevice } from "../sev/device-control.ts";
import { SEV_DEVICE } from "../sev/firmware.ts";
import { createKds, IC_PROXY } from "../sev/kds.ts";
import { prepareSev } from "../sev/prepare-sev.ts";
import { writeSevState } from "../sev/sev-state.ts";
import { readSevFacts } from "../sev/support.ts";

/** Runs as root without rights, once a boot; again while AMD does not answer (exit code 75). */
const CONFIG_FILE = "/run/config/config.json";
const TRY_AGAIN = 75;
const logger = createLogger(process.stderr, { journal: true, name: "sev-certificates" });

try {
  const { config } = readObject(CONFIG_OBJECTS.HostOS, await readFile(CONFIG_FILE, "utf8"), CONFIG_FILE);
  const state = await prepareSev(config.icos_settings.enable_trusted_execution_environment, {
    facts: () => readSevFacts(),
    openDevice: () => openControlledDevice(SEV_DEVICE),
    cache: certificateCache(CERTIFICATE_DIRECTORY, logger),
    kds: createKds({ proxy: IC_PROXY }, { clock: systemClock, logger }),
    roots: AMD_ROOT_KEYS,
    clock: systemClock,
    logger,
  });
  await writeSevState(state);
  switch (state.kind) {
    case "off":
      logger.log("info", "The trusted execution environment is off.");
      break;
    case "ready":
      logger.log("info", "The chip's certificate is there.", { product: state.product, tcb: state.reportedTcb });
      break;
    case "unsupported":
      for (const { what, next } of state.missing) logger.log("error", what, { next });
      break;
    case "waiting":
      logger.log("warning", state.problem, { next: state.next });
      process.exitCode = TRY_AGAIN;
  }
} catch (error) {
  logger.log("error", "SEV-SNP could not be prepared.", { error: describeError(error) });
  process.exitCode = 1;
}
