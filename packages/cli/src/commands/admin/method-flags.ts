import {
  type Field,
  METHOD_CODECS,
  nnsFunctionOf,
  type PrimitiveName,
  type Shape,
  SUBNET_DEFAULTS,
} from "@icos/nns/interface";
import type { RegistryMethod } from "@icos/registry";
import { type Command, Option } from "commander";
import JSON5 from "json5";
import { describeError, type FieldProblem, IcosError } from "@icos/system";

/** All mutations, by their names in the registry's interface. */
export function registryMethods(): RegistryMethod[] {
  return Object.keys(METHOD_CODECS).filter((name): name is RegistryMethod => name in METHOD_CODECS);
}

/** Those that a proposal calls. */
export function isProposable(method: RegistryMethod): boolean {
  return nnsFunctionOf(method) !== undefined;
}

/** Fields that may be left out although candid has no `opt` for them. */
const DEFAULTS: { readonly [M in RegistryMethod]?: Readonly<Record<string, unknown>> } = {
  create_subnet: SUBNET_DEFAULTS,
};

/** Lists without which a call would have nothing to do. */
const NEEDED_LISTS: ReadonlySet<string> = new Set(["node_ids", "api_boundary_node_ids"]);

/** The fields that have to be given. */
function isNeeded(method: RegistryMethod, { name, shape }: Field): boolean {
  if (shape.kind === "opt" || name in (DEFAULTS[method] ?? {})) return false;
  return shape.kind !== "vec" || NEEDED_LISTS.has(name);
}

/** What is missing of a payload's lists; of its other fields the payload's form tells. */
export function missingLists(method: RegistryMethod, json: Readonly<Record<string, unknown>>): FieldProblem[] {
  const needed = fieldsOf(method).filter((field) => field.shape.kind === "vec" && isNeeded(method, field));
  return needed.flatMap(({ name }) => (name in json ? [] : [{ key: name, message: "is missing" }]));
}

/** An option for each field of the method's payload. */
export function addFieldOptions(command: Command, method: RegistryMethod): void {
  const supported = fieldsOf(method).filter(({ shape }) => !isReserved(inner(shape)));
  for (const field of supported) command.addOption(fieldOption(method, field));
}

/** The payload as JSON: defaults, then the file, then the options. @throws IcosError `usage` */
export function payloadJson(
  method: RegistryMethod,
  file: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const flags = fieldsOf(method).flatMap(({ name, shape }) => {
    const given = options[attributeOf(name)];
    return given === undefined ? [] : [[name, flagJson(name, inner(shape), given)] as const];
  });
  const defaults = Object.entries(DEFAULTS[method] ?? {}).map(([name, value]) => [name, plain(value)] as const);
  return { ...Object.fromEntries(defaults), ...file, ...Object.fromEntries(flags) };
}

/** `--node-ids` for `node_ids`. */
export function flagOf(field: string): string {
  return `--${field.replaceAll("_", "-")}`;
}

function fieldsOf(method: RegistryMethod): readonly Field[] {
  const { shape } = METHOD_CODECS[method].payload;
  return shape.kind === "record" ? shape.fields : [];
}

function fieldOption(method: RegistryMethod, field: Field): Option {
  const shape = inner(field.shape);
  const need = isNeeded(method, field) ? "needed" : "optional";
  const option = new Option(`${flagOf(field.name)} ${placeholder(shape)}`, `${describe(shape)}; ${need}`);
  return shape.kind === "choice" ? option.choices(shape.alternatives) : option;
}

function placeholder(shape: Shape): string {
  if (shape.kind === "vec") return isPlain(shape.element) ? `[${word(shape.element)}...]` : "[json...]";
  if (shape.kind === "primitive" && shape.name === "bool") return "[true|false]";
  return `<${word(shape)}>`;
}

function describe(shape: Shape): string {
  if (shape.kind === "variant") {
    const names = shape.alternatives.map(({ name, shape: value }) => (value ? `${name}=${word(value)}` : name));
    return `one of ${names.join(", ")}`;
  }
  if (shape.kind !== "vec") return isPlain(shape) ? what(shape) : "as JSON";
  if (isPlain(shape.element)) return `${what(shape.element)}, any number of them`;
  return "as JSON, any number of them";
}

function word(shape: Shape): string {
  if (shape.kind === "pair") return "name=value";
  if (shape.kind === "choice" || shape.kind === "variant") return "choice";
  return shape.kind === "primitive" ? WORDS[shape.name][0] : "json";
}

function what(shape: Shape): string {
  if (shape.kind === "pair") return "a name and a number";
  if (shape.kind === "choice") return "one of these";
  return shape.kind === "primitive" ? WORDS[shape.name][1] : "JSON";
}

const NUMBER = ["number", "a number"] as const;
/** Placeholder and description of what has a word for a value. */
const WORDS: Readonly<Record<PrimitiveName, readonly [string, string]>> = {
  text: ["text", "text"],
  bool: ["true|false", "true or false"],
  principal: ["principal", "a principal, or a name of the testnet's"],
  blob: ["hex", "bytes in hex"],
  nat32: NUMBER,
  nat64: NUMBER,
  int32: NUMBER,
  float32: NUMBER,
  float64: NUMBER,
  reserved: ["json", "JSON"],
};

function isReserved(shape: Shape): boolean {
  return shape.kind === "primitive" && shape.name === "reserved";
}

/** Written as a word rather than as JSON. */
function isPlain(shape: Shape): boolean {
  if (shape.kind === "pair") return isPlain(shape.first) && isPlain(shape.second);
  return shape.kind === "choice" || (shape.kind === "primitive" && !isReserved(shape));
}

function inner(shape: Shape): Shape {
  return shape.kind === "opt" ? inner(shape.inner) : shape;
}

function attributeOf(field: string): string {
  return field.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What was given for a field, as JSON. */
function flagJson(name: string, shape: Shape, given: unknown): unknown {
  if (shape.kind !== "vec") return given === true ? true : valueJson(name, shape, String(given));
  if (!Array.isArray(given)) return [];
  // Principals have no commas, so several may be one word.
  const separable = shape.element.kind === "primitive" && shape.element.name === "principal";
  const words = given
    .map(String)
    .flatMap((text) => (separable ? text.split(",").filter((part) => part !== "") : [text]));
  return words.map((text) => valueJson(name, shape.element, text));
}

function valueJson(name: string, shape: Shape, text: string): unknown {
  if (shape.kind === "pair") {
    const at = text.lastIndexOf("=");
    if (at < 0) throw new IcosError("usage", `${flagOf(name)}: "${text}" is not NAME=VALUE.`);
    return [valueJson(name, shape.first, text.slice(0, at)), valueJson(name, shape.second, text.slice(at + 1))];
  }
  if (shape.kind === "variant") return variantJson(name, shape, text);
  if (!isPlain(shape)) return parseJson5(text, flagOf(name));
  if (shape.kind !== "primitive") return text;
  if (shape.name === "bool") return text === "true" ? true : text === "false" ? false : text;
  const isFloat = shape.name === "float32" || shape.name === "float64";
  return isFloat && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** `replica-nodes`, `subnet=ID`: an alternative by its name in any spelling, with its value; or JSON. */
function variantJson(name: string, { alternatives }: Shape & { kind: "variant" }, text: string): unknown {
  const [word = "", ...rest] = text.split("=");
  const found = alternatives.find((each) => bare(each.name) === bare(word));
  if (!found) return text.startsWith("{") ? parseJson5(text, flagOf(name)) : text;
  if (!found.shape) return rest.length === 0 ? found.name : text;
  return { [found.name]: rest.length === 0 ? undefined : valueJson(name, found.shape, rest.join("=")) };
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}

/** @throws IcosError `usage` */
export function parseJson5(text: string, what: string): unknown {
  try {
    return JSON5.parse<unknown>(text);
  } catch (cause) {
    throw new IcosError("usage", `${what}: it is not JSON: ${describeError(cause)}.`, { cause });
  }
}

/** Numbers of 64 bits as the payload's form has them. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
