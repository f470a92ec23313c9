import { diffRecords, type JsonObject, recordJson, type RegistryHistory } from "@icos/registry";
import type { AdminChange } from "../../schemas/admin.ts";
import { valueText } from "./certified.ts";

/** A change of a key, field by field. */
export function describeChange(
  key: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
): AdminChange {
  const [old, now] = [decode(key, before), decode(key, after)];
  const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return { key, kind, before: old ?? null, after: now ?? null, fields: diffRecords(old, now) };
}

/** The changes of one version. */
export function changesOf(history: RegistryHistory, version: number): AdminChange[] {
  const changes = history.at(version)?.changes ?? [];
  return changes.map(({ key, value }) => describeChange(key, history.value(key, version - 1), value));
}

export function changesText(changes: readonly AdminChange[]): string {
  if (changes.length === 0) return "No record changes.\n";
  return changes
    .map(({ key, kind, fields }) => {
      const lines = fields.map(({ field, before, after }) => {
        if (before === null) return `  + ${field}  ${valueText(after)}\n`;
        if (after === null) return `  - ${field}  ${valueText(before)}\n`;
        return `  ~ ${field}  ${valueText(before)} -> ${valueText(after)}\n`;
      });
      return `${key}  ${kind}\n${lines.join("")}`;
    })
    .join("");
}

/** A value of an unknown kind is shown by its bytes. */
function decode(key: string, value: Uint8Array | undefined): JsonObject | undefined {
  if (value === undefined) return undefined;
  return recordJson(key, value) ?? { $bytes: Buffer.from(value).toString("hex") };
}
