import { hardwareGeneration, type HostosConfig } from "@icos/config";
import { gauge, type Sample } from "@icos/system";

/** What the host is: the version of its image and of its configuration, and the generation of its hardware. */
export function versionSeries(version: string, config: HostosConfig): readonly Sample[] {
  const generation = hardwareGeneration(config.icos_settings.node_reward_type ?? "");
  return [
    gauge("hostos_version", "HostOS version.", 1, { version }),
    gauge("hostos_config_version", "Version of the HostOS configuration.", 1, { version: config.config_version }),
    gauge("node_hardware_generation", "Generation of the hardware, from the node reward type.", generation ? 1 : 0, {
      gen: generation ? `Gen${generation}` : "GenUnknown",
    }),
  ];
}
