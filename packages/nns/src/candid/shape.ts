export type PrimitiveName =
  | "text"
  | "bool"
  | "nat32"
  | "nat64"
  | "int32"
  | "float32"
  | "float64"
  | "principal"
  | "blob"
  | "reserved";

/** A candid type as data. */
export type Shape =
  | { readonly kind: "primitive"; readonly name: PrimitiveName }
  | { readonly kind: "vec"; readonly element: Shape }
  | { readonly kind: "opt"; readonly inner: Shape }
  | { readonly kind: "pair"; readonly first: Shape; readonly second: Shape }
  /** Without a name it is written out where it is used. */
  | { readonly kind: "record"; readonly name: string | undefined; readonly fields: readonly Field[] }
  /** A variant of which no alternative has a value. */
  | { readonly kind: "choice"; readonly name: string; readonly alternatives: readonly string[] }
  | { readonly kind: "variant"; readonly name: string; readonly alternatives: readonly Alternative[] };

export interface Alternative {
  readonly name: string;
  /** An alternative without one has no value. */
  readonly shape: Shape | undefined;
}

export interface Field {
  readonly name: string;
  readonly shape: Shape;
}

/** The type as an interface file writes it; adds the definitions of its named types. */
export function describeShape(shape: Shape, definitions: Map<string, string>): string {
  const describe = (part: Shape): string => describeShape(part, definitions);
  if (shape.kind === "primitive") return shape.name;
  if (shape.kind === "vec") return `vec ${describe(shape.element)}`;
  if (shape.kind === "opt") return `opt ${describe(shape.inner)}`;
  if (shape.kind === "pair") return `record { ${describe(shape.first)}; ${describe(shape.second)} }`;
  if (shape.kind === "choice")
    return define(definitions, shape.name, () => braces("variant", shape.alternatives, false));
  if (shape.kind === "record") {
    const { name, fields } = shape;
    const parts = (): string[] => fields.map((field) => `${field.name} : ${describe(field.shape)}`);
    return define(definitions, name, () => braces("record", parts(), name !== undefined));
  }
  const parts = (): string[] =>
    shape.alternatives.map(({ name, shape: value }) => (value ? `${name} : ${describe(value)}` : name));
  return define(definitions, shape.name, () => braces("variant", parts(), false));
}

function define(definitions: Map<string, string>, name: string | undefined, body: () => string): string {
  if (name === undefined) return body();
  if (!definitions.has(name)) {
    definitions.set(name, ""); // its place, before the types that it mentions
    definitions.set(name, body());
  }
  return name;
}

function braces(kind: string, parts: readonly string[], lines: boolean): string {
  if (!lines) return `${kind} { ${parts.join("; ")} }`;
  return `${kind} {\n${parts.map((part) => `  ${part};\n`).join("")}}`;
}
