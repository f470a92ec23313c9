import { METHOD_ALIASES } from "@icos/registry";
import { CHUNK_CODEC, CHUNK_METHOD } from "./chunk.ts";
import { METHOD_CODECS } from "./methods.ts";
import { PREVIEW_CODEC, PREVIEW_METHOD } from "./preview.ts";
import { describeShape, type Shape } from "./shape.ts";

interface Signature {
  readonly payload: { readonly shape: Shape };
  readonly reply: { readonly shape: Shape } | undefined;
  readonly query?: boolean | undefined;
}

/** The registry's candid interface file, `registry.did`. The protobuf methods are not part of it, as upstream. */
export function interfaceFile(): string {
  const aliases = Array.from(METHOD_ALIASES, ([name, method]) => [name, METHOD_CODECS[method]] as const);
  const queries = { [CHUNK_METHOD]: CHUNK_CODEC, [PREVIEW_METHOD]: PREVIEW_CODEC };
  return describeService({ ...METHOD_CODECS, ...Object.fromEntries(aliases), ...queries });
}

/** A candid interface file with these methods, sorted by name. */
export function describeService(methods: Readonly<Record<string, Signature>>): string {
  const definitions = new Map<string, string>();
  const lines = Object.entries(methods)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { payload, reply, query }]) => {
      const argument = describeShape(payload.shape, definitions);
      const result = reply ? describeShape(reply.shape, definitions) : "";
      return `  ${name} : (${argument}) -> (${result})${query ? " query" : ""};\n`;
    });
  const types = Array.from(definitions, ([name, body]) => `type ${name} = ${body};\n`);
  return `${types.join("\n")}\nservice : {\n${lines.join("")}}\n`;
}
