import * as v from "valibot";
import { configVersion, ipv6Address, optionalField } from "../field-forms.ts";
import { objectSchema, type FieldTable } from "./field-table.ts";
import { guestosSettings } from "./guestos-settings.ts";
import { icosSettings } from "./icos-settings.ts";
import { guestNetworkSettings } from "./network-settings.ts";

/**
 * The GuestOS configuration object: upstream's field set at version 1.17.0, its names and enum forms
 * (`rs/ic_os/config/types`). Objects ignore fields they do not know, and enums that may grow read an unknown
 * variant as `Unknown`/`unknown`, because an older guest must start under a newer host. Secrets are not part of it.
 */

const guestVmType = v.pipe(
  v.string(),
  v.transform((text): "default" | "upgrade" | "unknown" =>
    text === "default" || text === "upgrade" ? text : "unknown",
  ),
);

const upgradeConfig = {
  peer_guest_vm_address: {
    schema: optionalField(ipv6Address),
    form: "IPv6 address or null",
    since: "1.3.0",
    source: "derived: the other VM's deterministic address",
    meaning: "is where the default VM finds the upgrade VM, and the other way round",
  },
} as const satisfies FieldTable;

const teeConfig = {
  sev_cert_chain_pem: {
    schema: v.string(),
    form: "PEM text",
    since: "1.4.0",
    source: "the host's firmware and AMD's key server",
    meaning: "are the certificates by which the guest's attestation reports are verified",
  },
} as const satisfies FieldTable;

const recoveryConfig = {
  recovery_hash: {
    schema: optionalField(v.string()),
    form: "hexadecimal hash or null",
    since: "1.7.0",
    source: "the host's `/run/config/guestos_recovery_hash`, once",
    meaning: "names the artefacts of a recovery",
  },
} as const satisfies FieldTable;

export const guestosFields = {
  config_version: {
    schema: configVersion,
    form: "three numbers",
    since: "1.1.0",
    source: "derived: version of the program that made the object",
    meaning: "says which fields the object may have",
  },
  network_settings: {
    schema: objectSchema(guestNetworkSettings),
    form: "object",
    since: "1.1.0",
    source: "HostOS object",
    meaning: "is the guest's network",
    fields: guestNetworkSettings,
  },
  icos_settings: {
    schema: objectSchema(icosSettings),
    form: "object",
    since: "1.1.0",
    source: "HostOS object",
    meaning: "is what all operating systems of a machine share",
    fields: icosSettings,
  },
  guestos_settings: {
    schema: v.optional(objectSchema(guestosSettings), {}),
    form: "object",
    since: "1.1.0",
    source: "HostOS object",
    meaning: "is for the guest alone",
    fields: guestosSettings,
  },
  guest_vm_type: {
    schema: v.optional(guestVmType, "default"),
    form: "`default` or `upgrade`",
    since: "1.3.0",
    source: "derived: which VM the object is made for",
    meaning: "says what the VM is there for; another word is read as unknown",
  },
  upgrade_config: {
    schema: v.optional(objectSchema(upgradeConfig), {}),
    form: "object",
    since: "1.3.0",
    source: "derived",
    meaning: "is for the hand-over between the two VMs of an upgrade",
    fields: upgradeConfig,
  },
  trusted_execution_environment_config: {
    schema: optionalField(objectSchema(teeConfig)),
    form: "object or null",
    since: "1.4.0",
    source: "the host, when the trusted execution environment is enabled",
    meaning: "is what a guest under SEV-SNP needs",
    fields: teeConfig,
  },
  recovery_config: {
    schema: optionalField(objectSchema(recoveryConfig)),
    form: "object or null",
    since: "1.7.0",
    source: "the host, in a manual recovery",
    meaning: "is set for one start of the VM in a manual recovery",
    fields: recoveryConfig,
  },
} as const satisfies FieldTable;

export const guestosConfigSchema = objectSchema(guestosFields);

/** A checked GuestOS object; printing it shows no secret. */
export type GuestosConfig = v.InferOutput<typeof guestosConfigSchema>;
/** What may be written to make one: fields with a default may be left out. */
export type GuestosConfigInput = v.InferInput<typeof guestosConfigSchema>;
