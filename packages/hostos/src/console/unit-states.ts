import * as v from "valibot";

/** What systemd says about a unit. */
export interface UnitState {
  readonly name: string;
  readonly description: string;
  readonly active: string;
  readonly sub: string;
  /** `success`, or how it failed. */
  readonly result: string;
  readonly restarts: number;
  readonly since: string;
}

/** The properties that `unit-states@.service` asks systemctl for. */
export const UNIT_PROPERTIES = [
  "Id",
  "Description",
  "LoadState",
  "ActiveState",
  "SubState",
  "Result",
  "NRestarts",
  "StateChangeTimestamp",
] as const;

const count = v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number));

/**
 * What `systemctl show PATTERN…` prints: `Property=value` lines, an empty line between units. Units that are not
 * loaded and blocks without a name are left out.
 */
export function parseUnitStates(text: string): readonly UnitState[] {
  const units: UnitState[] = [];
  for (const block of text.split(/\n{2,}/)) {
    const values = new Map<string, string>();
    for (const line of block.split("\n")) {
      const equals = line.indexOf("=");
      if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1));
    }
    const name = values.get("Id");
    if (name === undefined || values.get("LoadState") === "not-found") continue;
    const restarts = v.safeParse(count, values.get("NRestarts"));
    units.push({
      name,
      description: values.get("Description") ?? "",
      active: values.get("ActiveState") ?? "unknown",
      sub: values.get("SubState") ?? "unknown",
      result: values.get("Result") ?? "success",
      restarts: restarts.success ? restarts.output : 0,
      since: values.get("StateChangeTimestamp") ?? "",
    });
  }
  return units;
}
