import { RECORD_FIELDS } from "./record-fields.ts";
import { TRANSPORT_FIELDS } from "./transport-fields.ts";

/** Every message of upstream that is written here by hand, in the form of {@link RECORD_FIELDS}. */
export const MESSAGE_FIELDS: Readonly<Record<string, string>> = { ...RECORD_FIELDS, ...TRANSPORT_FIELDS };

export interface FieldLine {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  readonly repeated: boolean;
  readonly map: boolean;
}

/** The fields of a message in the table. */
export function fieldsOf(message: string): readonly FieldLine[] {
  const lines = (MESSAGE_FIELDS[message] ?? "").split(" ").filter((line) => line !== "");
  return lines.map((line) => {
    const [, name = "", number, map, type = "", list] = /^(\w+)=(\d+):(map:)?([\w.]+?)(\[\])?$/.exec(line) ?? [];
    return { name, number: Number(number), type, repeated: list !== undefined, map: map !== undefined };
  });
}
