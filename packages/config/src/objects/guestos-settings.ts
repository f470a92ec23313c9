import * as v from "valibot";
import { domainName, optionalField, wholeNumber } from "../field-forms.ts";
import { objectSchema, type Field, type FieldTable } from "./field-table.ts";

const DEVELOPER = "null; a developer writes it";

const backupSpool = {
  backup_retention_time_seconds: {
    schema: optionalField(wholeNumber),
    form: "seconds or null",
    since: "1.1.0",
    source: DEVELOPER,
    meaning: "is how long artefacts stay in the backup spool (86400 when null)",
  },
  backup_purging_interval_seconds: {
    schema: optionalField(wholeNumber),
    form: "seconds or null",
    since: "1.1.0",
    source: DEVELOPER,
    meaning: "is how often the spool is looked through (3600 when null)",
  },
} as const satisfies FieldTable;

const guestosDevSettings = {
  backup_spool: {
    schema: optionalField(objectSchema(backupSpool)),
    form: "object or null",
    since: "1.1.0",
    source: DEVELOPER,
    meaning: "sets up the backup spool",
    fields: backupSpool,
  },
  malicious_behavior: {
    schema: optionalField(v.record(v.string(), v.unknown())),
    form: "object or null",
    since: "1.1.0",
    source: DEVELOPER,
    meaning: "makes a replica misbehave in tests; passed on in `ic.json5`",
  },
  query_stats_epoch_length: {
    schema: optionalField(wholeNumber),
    form: "whole number or null",
    since: "1.1.0",
    source: DEVELOPER,
    meaning: "is the length of an epoch of query statistics, in rounds (600 when null)",
  },
  bitcoind_addr: addressOf("Bitcoin node", "1.1.0"),
  dogecoind_addr: addressOf("Dogecoin node", "1.6.0"),
  jaeger_addr: addressOf("collector of traces", "1.1.0"),
  socks_proxy: { ...addressOf("SOCKS proxy for the HTTPS outcalls", "1.1.0"), sensitivity: "sensitive" },
  hostname: {
    schema: optionalField(domainName),
    form: "host name or null",
    since: "1.1.0",
    source: DEVELOPER,
    meaning: "is the host name, in place of `guest-` and the management MAC",
  },
  generate_ic_boundary_tls_cert: {
    schema: optionalField(v.string()),
    form: "domain name or null",
    since: "1.1.0",
    source: DEVELOPER,
    meaning: "makes a self-signed certificate of this name for the boundary service",
  },
  ic_boundary_tls_cert: {
    schema: optionalField(v.unknown()),
    form: "anything or null",
    since: "1.15.0",
    source: DEVELOPER,
    meaning: "is a certificate of the boundary service, with its key",
    sensitivity: "sensitive",
  },
  extra_api_boundary_node_trust_anchors_pem: {
    schema: optionalField(v.string()),
    form: "PEM text or null",
    since: "1.16.0",
    source: DEVELOPER,
    meaning: "are more certificates that API boundary nodes are trusted by",
  },
  nns_pub_key_override: {
    schema: optionalField(v.string()),
    form: "PEM text or null",
    since: "1.12.1",
    source: DEVELOPER,
    meaning: "is the root key to use in place of the image's; development images only",
  },
} as const satisfies FieldTable;

/** `guestos_settings` */
export const guestosSettings = {
  guestos_dev_settings: {
    schema: v.optional(objectSchema(guestosDevSettings), {}),
    form: "object",
    since: "1.1.0",
    source: "default",
    meaning: "is for development images and tests",
    fields: guestosDevSettings,
  },
  engine_management_canister_id: {
    schema: optionalField(v.string()),
    form: "principal or null",
    since: "1.17.0",
    source: "null",
    meaning: "is the canister that tells a cloud engine's node its operator; nothing here uses it",
  },
} as const satisfies FieldTable;

function addressOf(what: string, since: string) {
  return {
    schema: optionalField(v.string()),
    form: "address or null",
    since,
    source: DEVELOPER,
    meaning: `is the address of a ${what}`,
  } as const satisfies Field;
}
