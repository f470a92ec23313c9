import type * as v from "valibot";
import type { FieldTable } from "./field-table.ts";
import { guestosConfigSchema, guestosFields } from "./guestos-object.ts";
import { hostosConfigSchema, hostosFields, setuposConfigSchema, setuposFields } from "./host-objects.ts";

/** Version of the objects that these programs write: upstream's field set of that version. */
export const CONFIG_VERSION = "1.17.0";

/** The configuration objects of a machine, in the order in which they are made. */
export const OBJECT_KINDS = ["SetupOS", "HostOS", "GuestOS"] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

export type ObjectSchema = v.GenericSchema<unknown, object>;

export interface ConfigObject<Schema extends ObjectSchema = ObjectSchema> {
  readonly kind: ObjectKind;
  readonly fields: FieldTable;
  readonly schema: Schema;
  /** Of errors: `invalid-hostos-config`. */
  readonly code: string;
  readonly name: string;
  /** What to do about a wrong field. */
  readonly next: string;
  /** Where the object lies on a machine. */
  readonly file: string;
}

const setupos = {
  kind: "SetupOS",
  fields: setuposFields,
  schema: setuposConfigSchema,
  code: "invalid-setupos-config",
  name: "The SetupOS configuration",
  next: "Correct config.ini or deployment.json on the stick.",
  file: "/var/ic/config/config.json",
} as const satisfies ConfigObject;

const hostos = {
  kind: "HostOS",
  fields: hostosFields,
  schema: hostosConfigSchema,
  code: "invalid-hostos-config",
  name: "The HostOS configuration",
  next: "Correct the named fields of the file.",
  file: "/boot/config/config.json",
} as const satisfies ConfigObject;

const guestos = {
  kind: "GuestOS",
  fields: guestosFields,
  schema: guestosConfigSchema,
  code: "invalid-guestos-config",
  name: "The GuestOS configuration",
  next: "Correct the named fields on the host and start the machine again.",
  file: "/run/config/config.json",
} as const satisfies ConfigObject;

export const CONFIG_OBJECTS = { SetupOS: setupos, HostOS: hostos, GuestOS: guestos } as const satisfies {
  readonly [Kind in ObjectKind]: ConfigObject & { readonly kind: Kind };
};

/** The object of a kind that is known only when the program runs. */
export function configObject(kind: ObjectKind): ConfigObject {
  return CONFIG_OBJECTS[kind];
}
