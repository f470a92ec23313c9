import * as v from "valibot";

const KINDS = [
  "service",
  "socket",
  "timer",
  "path",
  "target",
  "mount",
  "slice",
  "device",
  "scope",
  "automount",
  "swap",
];

/** A unit's name as it is typed: letters, digits and `@_.:-`, not an option, no pattern; `.service` may be left out. */
export const unitNameSchema = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9@_.:-]{0,127}$/, "is not the name of a unit"),
  v.transform((name) => (KINDS.includes(name.split(".").at(-1) ?? "") ? name : `${name}.service`)),
);
