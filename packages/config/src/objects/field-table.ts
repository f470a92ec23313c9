import * as v from "valibot";

/**
 * What is known about one field of a configuration object. The tables of these are the only description of the objects:
 * the schema, the JSON Schema, the reference page, `icos config explain`, redaction and migrations follow from them.
 */
export interface Field {
  readonly schema: v.GenericSchema;
  /** What may stand there, in a few words. */
  readonly form: string;
  /** Version of the object that first had it. */
  readonly since: string;
  /** Which input it is taken from, or how it is derived. */
  readonly source: string;
  /** What it does, as the end of a sentence that begins with its name. */
  readonly meaning: string;
  /**
   * `sensitive`: part of the object, but not shown. `secret`: never part of it; {@link takeSecrets} takes it out of a
   * file before anything else sees it. Absent: anybody may read it.
   */
  readonly sensitivity?: "sensitive" | "secret";
  /** The fields of an object below this one. */
  readonly fields?: FieldTable;
  /** The variants of an externally tagged enum that have content, by name. */
  readonly variants?: FieldTable;
  /** The variants without content. */
  readonly units?: readonly string[];
}

export interface FieldTable {
  readonly [name: string]: Field;
}

type Entries<Table extends FieldTable> = {
  -readonly [
    Name in keyof Table as Table[Name] extends { readonly sensitivity: "secret" } ? never : Name
  ]: Table[Name]["schema"];
};

/** The schema of an object with these fields. Fields it does not know are ignored; secrets are not part of it. */
export function objectSchema<const Table extends FieldTable>(table: Table): v.ObjectSchema<Entries<Table>, undefined> {
  const entries = Object.entries(table)
    .filter(([, field]) => field.sensitivity !== "secret")
    .map(([name, field]) => [name, field.schema]);
  return v.object(Object.fromEntries(entries) as Entries<Table>); // the same keys, each with its own schema
}

/** A field with its place: `network_settings.ipv6_config.Fixed.address`. */
export interface FieldRow extends Field {
  readonly path: string;
}

/** Every field of a table, those below it after it. */
export function fieldRows(table: FieldTable, above = ""): FieldRow[] {
  return Object.entries(table).flatMap(([name, field]) => {
    const path = above === "" ? name : `${above}.${name}`;
    return [{ ...field, path }, ...fieldRows({ ...field.fields, ...field.variants }, path)];
  });
}

/** What an object gets where the field is absent; `undefined` when it must be there. */
export function defaultOf(field: Field): { readonly value: unknown } | undefined {
  const absent = v.safeParse(field.schema, undefined);
  return absent.success ? { value: absent.output } : undefined;
}
