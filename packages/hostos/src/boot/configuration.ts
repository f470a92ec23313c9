import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CONFIG_OBJECTS, formatObject, readObject, type HostosConfig } from "@icos/config";
import { IcosError, writeFileDurably } from "@icos/system";
import { runConfigPath, type Layout } from "../layout.ts";

/** Reads the host's configuration and publishes what is no secret of it. Throws `no-configuration`, `invalid-hostos-config`. */
export async function readConfiguration(layout: Layout): Promise<HostosConfig> {
  const file = join(layout.bootConfig, "config.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new IcosError("no-configuration", `The host has no configuration: ${file} cannot be read.`, {
      place: { file },
      next: "Install this machine again, or put the file back from the installation medium.",
      cause,
    });
  });
  const { config } = readObject(CONFIG_OBJECTS.HostOS, text, file);
  const published = runConfigPath(layout);
  await mkdir(dirname(published), { recursive: true, mode: 0o755 });
  await writeFileDurably(published, formatObject(config), 0o644);
  return config;
}
