import { IcosError } from "@icos/system";
import { CONFIG_OBJECTS, CONFIG_VERSION } from "../objects/config-objects.ts";
import type { GuestosConfig } from "../objects/guestos-object.ts";
import type { HostosConfig } from "../objects/host-objects.ts";
import { makeObject } from "../objects/read-object.ts";
import { hostAddressOf, hostNetworkOf } from "./host-address.ts";

export const GUEST_VM_TYPES = ["default", "upgrade"] as const;
export type GuestVmType = (typeof GUEST_VM_TYPES)[number];

/** Which start of which VM an object is made for. */
export interface GuestVm {
  readonly type: GuestVmType;
  /** Of a host with several VMs; 0 for the only one. */
  readonly slot?: number;
  /** The machine's certificates for attestation; needed when the trusted execution environment is enabled. */
  readonly sevCertChainPem?: string;
  /** Of a manual recovery. The caller takes it, once: the next start has none. */
  readonly recoveryHash?: string;
}

/**
 * What a guest is told at one start of its VM (upstream `generate_guestos_config`): the host's object with the guest's own
 * address, fixed, and that of the VM it may hand over to. The version is that of the program that makes it.
 */
export function guestosConfigOf(host: HostosConfig, vm: GuestVm): GuestosConfig {
  const { type, slot = 0, sevCertChainPem, recoveryHash = "" } = vm;
  const { enable_trusted_execution_environment: tee } = host.icos_settings;
  if (tee && sevCertChainPem === undefined) {
    throw new IcosError(
      "no-certificate-chain",
      "The trusted execution environment is enabled, but there are no certificates for it.",
      {
        next: "Get the machine's SEV certificate chain first, or disable the environment.",
        place: { key: "icos_settings.enable_trusted_execution_environment" },
      },
    );
  }
  const { prefixLength, gateway } = hostNetworkOf(host);
  const addressOf = (own: boolean): string =>
    hostAddressOf(host, (type === "default") === own ? "GuestOS" : "UpgradeGuestOS", slot).ipv6;
  return makeObject(CONFIG_OBJECTS.GuestOS, {
    config_version: CONFIG_VERSION,
    network_settings: {
      ...host.network_settings,
      ipv6_config: { Fixed: { address: `${addressOf(true)}/${prefixLength}`, gateway } },
    },
    icos_settings: host.icos_settings,
    guestos_settings: host.guestos_settings,
    guest_vm_type: type,
    upgrade_config: { peer_guest_vm_address: addressOf(false) },
    trusted_execution_environment_config:
      sevCertChainPem === undefined ? null : { sev_cert_chain_pem: sevCertChainPem },
    recovery_config: recoveryHash.trim() === "" ? null : { recovery_hash: recoveryHash.trim() },
  });
}
