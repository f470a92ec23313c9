import type { HostosConfig, SetuposConfig } from "../objects/host-objects.ts";

/** What an installed machine is told: the SetupOS object, its version too, without what only the installer needs. */
export function hostosConfigOf(setupos: SetuposConfig): HostosConfig {
  const { setupos_settings: _, ...hostos } = setupos;
  return hostos;
}
