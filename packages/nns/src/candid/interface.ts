import { METHOD_CODECS } from "./methods.ts";

/** The registry's candid interface file, `registry.did`. The protobuf methods are not part of it, as upstream. */
export function interfaceFile(): string {
  const definitions = new Map<string, string>();
  const methods = Object.entries(METHOD_CODECS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { payload, reply }]) => {
      const argument = payload.describe(definitions);
      return `  ${name} : (${argument}) -> (${reply?.describe(definitions) ?? ""});\n`;
    });
  const types = Array.from(definitions, ([name, body]) => `type ${name} = ${body};\n`);
  return `${types.join("\n")}\nservice : {\n${methods.join("")}}\n`;
}
