import { CONFIG_OBJECTS, CONFIG_VERSION, OBJECT_KINDS, type ObjectKind } from "../objects/config-objects.ts";
import { fieldRows, type FieldTable } from "../objects/field-table.ts";
import { REMOVED_FIELDS } from "../objects/removed-fields.ts";
import { SHAPE_VERSIONS } from "../objects/version-order.ts";
import { defaultText } from "./explain.ts";
import { markdownTable } from "./markdown-table.ts";

/** `docs/configuration-reference.md`: the field tables as a page. */
export function referencePage(): string {
  return [
    INTRODUCTION,
    ...OBJECT_KINDS.map(objectPart),
    ...sections().map(sectionPart),
    removedPart(),
    versionPart(),
  ].join("\n");
}

const INTRODUCTION = `# Configuration reference

Generated from the field tables in [\`packages/config/src/objects\`](../packages/config/src/objects) by
\`node packages/config/src/reference/write.ts\`; a test holds both together. What the objects are for, and how one is made
of the other: [configuration](configuration.md). \`icos config explain FIELD\` prints one field. As JSON Schema:
[SetupOS](schemas/setupos-config.schema.json), [HostOS](schemas/hostos-config.schema.json),
[GuestOS](schemas/guestos-config.schema.json).

_Default_ is what an absent field is read as; **required** fields have none. _Since_ is the first version of the objects
with the field. A **secret** field is taken out of a file before anything else sees it, and a **sensitive** one is part of
the object but shown by no command.
`;

interface Section {
  readonly path: string;
  /** The fields are variants of an enum: one of them is there, and none has a default. */
  readonly variants: boolean;
  readonly table: FieldTable;
  readonly kinds: readonly ObjectKind[];
}

function objectPart(kind: ObjectKind): string {
  const { fields, file } = CONFIG_OBJECTS[kind];
  return `## ${kind} object\n\nVersion ${CONFIG_VERSION}; on the machine: \`${file}\`.\n\n${fieldsTable(fields)}`;
}

/** The tables below the objects, each once, with the objects that have it. */
function sections(): Section[] {
  const found = new Map<FieldTable, { path: string; variants: boolean; kinds: ObjectKind[] }>();
  for (const kind of OBJECT_KINDS)
    for (const { path, fields, variants } of fieldRows(CONFIG_OBJECTS[kind].fields))
      for (const table of [fields, variants].filter((each) => each !== undefined)) {
        const section = found.get(table) ?? { path, variants: table === variants, kinds: [] };
        if (!section.kinds.includes(kind)) section.kinds.push(kind);
        found.set(table, section);
      }
  return [...found].map(([table, section]) => ({ table, ...section }));
}

function sectionPart({ path, table, variants, kinds }: Section): string {
  const body = Object.keys(table).length === 0 ? "No fields.\n" : fieldsTable(table, variants);
  return `## \`${path}\` (${kinds.join(", ")})\n\n${body}`;
}

function fieldsTable(table: FieldTable, variants = false): string {
  const rows = Object.entries(table).map(([name, field]) => [
    `\`${name}\``,
    field.form,
    variants ? "" : defaultColumn(defaultText(field)),
    field.since,
    field.source,
    field.meaning + (field.sensitivity === undefined ? "" : ` (**${field.sensitivity}**)`),
  ]);
  return markdownTable(["field", "form", "default", "since", "source", "meaning"], rows);
}

function defaultColumn(text: string | undefined): string {
  return text === undefined ? "**required**" : `\`${text}\``;
}

function removedPart(): string {
  const rows = REMOVED_FIELDS.map(({ path, kinds, since, removedIn, meaning }) => [
    `\`${path}\``,
    kinds.join(", "),
    since,
    removedIn,
    meaning,
  ]);
  return `## Removed fields

Ignored in a file, written again by a migration to a version that had them, and never given another meaning: a test walks
the tables above and fails when one uses such a path.

${markdownTable(["field", "objects", "since", "removed in", "meaning"], rows)}`;
}

function versionPart(): string {
  const rows = SHAPE_VERSIONS.slice(1).map((version) => [version, changes(version)]);
  return `## Versions

What came and went, of all that is known of the released versions; ${SHAPE_VERSIONS[0]} is the oldest that is read.
1.12.0 has the fields of 1.11.0.

${markdownTable(["version", "changes"], rows)}`;
}

function changes(version: string): string {
  const rows = OBJECT_KINDS.flatMap((kind) => fieldRows(CONFIG_OBJECTS[kind].fields));
  const added = rows.filter(({ since }) => since === version).map(({ path }) => `+ \`${path}\``);
  const removed = REMOVED_FIELDS.filter(({ removedIn }) => removedIn === version).map(({ path }) => `- \`${path}\``);
  return [...new Set([...added, ...removed])].join(", ");
}
