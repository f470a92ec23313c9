import { settingsAtBoot, type NetworkSettings } from "@icos/config";
import { describeError, IcosError, present } from "@icos/system";
import type { BootContext } from "../boot/context.ts";
import { putRunFile, writeNetwork, writeRunConfig } from "../boot/run-files.ts";
import { configuredNetworkPath, momentOf, NETWORKD, tryStore, type ConfiguredNetwork } from "./node-modules.ts";

/**
 * Puts network settings into force that were tried and confirmed on this node, in place of those of its configuration; what
 * was tried and not confirmed is over. A record that cannot be read has no effect.
 */
export async function useKeptNetwork(context: BootContext): Promise<string> {
  const { layout, exec } = context;
  const configuration = present(context.configuration, "the configuration");
  const { config, duplicateAddressDetection } = configuration;
  const configured: ConfiguredNetwork = { duplicateAddressDetection, settings: config.network_settings };
  await putRunFile(configuredNetworkPath(layout), JSON.stringify(configured), 0o444);
  const kept = await readKept(context);
  if (kept === null) return "none";
  context.configuration = { ...configuration, config: { ...config, network_settings: kept } };
  await writeRunConfig(layout, context.configuration);
  await writeNetwork(layout, context.configuration);
  // It may have started with the files of the phase before.
  await exec.run(["systemctl", "try-restart", "--no-block", NETWORKD]);
  return "in force";
}

async function readKept({ layout, logger }: BootContext): Promise<NetworkSettings | null> {
  try {
    return await settingsAtBoot({ store: tryStore(layout), moment: () => momentOf(layout) });
  } catch (error) {
    if (!(error instanceof IcosError)) throw error;
    logger.log("warning", "Kept network settings are ignored.", { error: describeError(error) });
    return null;
  }
}
