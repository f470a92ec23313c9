import { chmod, mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BOOTSTRAP_FILES, CONFIG_OBJECTS, formatObject, readObject, type HostosConfig } from "@icos/config";
import { describeError, IcosError, systemErrorCode, writeFileDurably, type Logger } from "@icos/system";
import { runConfigPath, type Layout } from "../layout.ts";

/**
 * Reads the host's configuration and publishes what is no secret of it. The files that may hold the operator's key become
 * root's alone, whatever mode an installer has left them: accounts of people can see the volume.
 *
 * Throws `no-configuration`, `invalid-hostos-config`.
 */
export async function readConfiguration(layout: Layout, logger: Logger): Promise<HostosConfig> {
  const file = join(layout.bootConfig, BOOTSTRAP_FILES.config);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new IcosError("no-configuration", `The host has no configuration: ${file} cannot be read.`, {
      place: { file },
      next: "Install this machine again, or put the file back from the installation medium.",
      cause,
    });
  });
  for (const name of [BOOTSTRAP_FILES.config, BOOTSTRAP_FILES.operatorKey])
    await keepFromOthers(join(layout.bootConfig, name), logger);
  const { config } = readObject(CONFIG_OBJECTS.HostOS, text, file);
  const published = runConfigPath(layout);
  await mkdir(dirname(published), { recursive: true, mode: 0o755 });
  await writeFileDurably(published, formatObject(config), 0o644);
  return config;
}

async function keepFromOthers(file: string, logger: Logger): Promise<void> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) await chmod(file, mode & 0o700);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    logger.log("warning", "a file with secrets may be readable by others", { file, error: describeError(error) });
  }
}
