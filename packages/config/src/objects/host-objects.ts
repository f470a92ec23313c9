import * as v from "valibot";
import { configVersion } from "../field-forms.ts";
import { objectSchema, type FieldTable } from "./field-table.ts";
import { guestosSettings } from "./guestos-settings.ts";
import { hostosSettings } from "./hostos-settings.ts";
import { icosSettings } from "./icos-settings.ts";
import { hostNetworkSettings } from "./network-settings.ts";

/** The objects of SetupOS and HostOS: the first is made from the operator's inputs, the second is the first's rest. */

const before = {
  config_version: {
    schema: configVersion,
    form: "three numbers",
    since: "1.1.0",
    source: "derived: version of the program that made the SetupOS object",
    meaning: "says which fields the object may have",
  },
  network_settings: {
    schema: objectSchema(hostNetworkSettings),
    form: "object",
    since: "1.1.0",
    source: "config.ini",
    meaning: "is the machine's network",
    fields: hostNetworkSettings,
  },
  icos_settings: {
    schema: objectSchema(icosSettings),
    form: "object",
    since: "1.1.0",
    source: "config.ini and deployment.json",
    meaning: "is what all operating systems of a machine share",
    fields: icosSettings,
  },
} as const satisfies FieldTable;

const after = {
  hostos_settings: {
    schema: v.optional(objectSchema(hostosSettings), {}),
    form: "object",
    since: "1.1.0",
    source: "config.ini and deployment.json",
    meaning: "is for the host alone",
    fields: hostosSettings,
  },
  guestos_settings: {
    schema: v.optional(objectSchema(guestosSettings), {}),
    form: "object",
    since: "1.1.0",
    source: "default",
    meaning: "is handed to the guest as it is",
    fields: guestosSettings,
  },
} as const satisfies FieldTable;

export const setuposFields = {
  ...before,
  setupos_settings: {
    schema: v.optional(v.null(), null),
    form: "null",
    since: "1.1.0",
    source: "fixed",
    meaning: "is for the installer alone and holds nothing (a unit in upstream's form)",
  },
  ...after,
} as const satisfies FieldTable;

export const hostosFields = { ...before, ...after } as const satisfies FieldTable;

export const setuposConfigSchema = objectSchema(setuposFields);
export const hostosConfigSchema = objectSchema(hostosFields);

/** Checked objects; printing one shows no secret. */
export type SetuposConfig = v.InferOutput<typeof setuposConfigSchema>;
export type HostosConfig = v.InferOutput<typeof hostosConfigSchema>;
export type SetuposConfigInput = v.InferInput<typeof setuposConfigSchema>;
export type HostosConfigInput = v.InferInput<typeof hostosConfigSchema>;
