import { readFileSync } from "node:fs";
import * as v from "valibot";

const schema = v.object({ version: v.string() });

/** Of this package. */
export function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return v.parse(schema, JSON.parse(text)).version;
}
