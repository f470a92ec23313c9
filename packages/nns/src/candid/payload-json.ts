import { Principal } from "@icos/certification/principal";
import type { Json } from "@icos/registry";
import type { FieldProblem } from "@icos/system";
import type { Codec } from "./codec.ts";
import type { PrimitiveName, Shape } from "./shape.ts";

/** How a payload that people write becomes a value. */
export interface PayloadForm {
  /** A principal by something else than its text, such as the name of a testnet's node. */
  readonly principal?: ((text: string) => Principal | undefined) | undefined;
}

export type PayloadResult<T> =
  | { readonly kind: "payload"; readonly payload: T }
  | { readonly kind: "problems"; readonly problems: readonly FieldProblem[] };

/**
 * A payload from JSON under candid's field names: principals textual, blobs in hex, 64-bit numbers as numbers or decimal
 * text, a list of pairs also as an object. What is `opt` may be absent or null, a list absent when it is empty.
 */
export function payloadFromJson<T>(codec: Codec<T>, json: unknown, form: PayloadForm = {}): PayloadResult<T> {
  const problems: FieldProblem[] = [];
  const value = new JsonReader(problems, form).read(codec.shape, json, "");
  return problems.length > 0 ? { kind: "problems", problems } : { kind: "payload", payload: codec.read(value) };
}

/** The same form, for people and programs to read. */
export function payloadToJson<T>(codec: Codec<T>, payload: T): Json {
  return candidToJson(codec.shape, codec.write(payload));
}

/** Makes what the candid library encodes. */
class JsonReader {
  readonly #problems: FieldProblem[];
  readonly #form: PayloadForm;

  constructor(problems: FieldProblem[], form: PayloadForm) {
    this.#problems = problems;
    this.#form = form;
  }

  read(shape: Shape, json: unknown, key: string): unknown {
    switch (shape.kind) {
      case "primitive":
        return this.#primitive(shape.name, json, key);
      case "opt":
        return json === undefined || json === null ? [] : [this.read(shape.inner, json, key)];
      case "vec":
        return this.#list(shape.element, json, key);
      case "pair": {
        if (!Array.isArray(json) || json.length !== 2) return this.#report(key, "is not a pair", json);
        return [this.read(shape.first, json[0], `${key}.0`), this.read(shape.second, json[1], `${key}.1`)];
      }
      case "record":
        return this.#record(shape, json, key);
      case "choice":
        if (typeof json === "string" && shape.alternatives.includes(json)) return { [json]: null };
        return this.#report(key, `is not one of ${shape.alternatives.join(", ")}`, json);
      case "variant":
        break;
    }
    return this.#variant(shape, json, key);
  }

  #record(shape: Shape & { kind: "record" }, json: unknown, key: string): unknown {
    if (!isObject(json)) return this.#report(key, "is not an object", json);
    const known = shape.fields.map(({ name }) => name);
    for (const name of Object.keys(json)) {
      if (known.includes(name)) continue;
      this.#problems.push({ key: join(key, name), message: `is no field here: there are ${known.join(", ")}` });
    }
    return Object.fromEntries(
      shape.fields.map(({ name, shape: field }) => [name, this.read(field, json[name], join(key, name))]),
    );
  }

  #list(element: Shape, json: unknown, key: string): unknown {
    if (json === undefined) return [];
    const pairs = element.kind === "pair" && isObject(json) ? Object.entries(json) : json;
    if (!Array.isArray(pairs)) return this.#report(key, "is not a list", json);
    return pairs.map((item, index) => this.read(element, item, `${key}.${index}`));
  }

  /** `{"name": value}`, or the name alone when it has no value. */
  #variant(shape: Shape & { kind: "variant" }, json: unknown, key: string): unknown {
    const [name, ...more] = isObject(json) ? Object.keys(json) : [json];
    const found = shape.alternatives.find((each) => each.name === name);
    if (!found || more.length > 0) {
      const names = shape.alternatives.map((each) => each.name).join(", ");
      return this.#report(key, `is not one of ${names}`, json);
    }
    const value = isObject(json) ? json[found.name] : undefined;
    return { [found.name]: found.shape ? this.read(found.shape, value, join(key, found.name)) : null };
  }

  #primitive(name: PrimitiveName, json: unknown, key: string): unknown {
    const wanted = WANTED[name];
    const value = wanted.read(json, this.#form);
    return value === undefined ? this.#report(key, `is not ${wanted.what}`, json) : value;
  }

  #report(key: string, message: string, json: unknown): undefined {
    this.#problems.push({ key, message: json === undefined ? "is missing" : message });
    return undefined;
  }
}

interface Wanted {
  readonly what: string;
  readonly read: (json: unknown, form: PayloadForm) => unknown;
}

const WANTED: Readonly<Record<PrimitiveName, Wanted>> = {
  text: { what: "text", read: (json) => (typeof json === "string" ? json : undefined) },
  bool: { what: "true or false", read: (json) => (typeof json === "boolean" ? json : undefined) },
  nat32: whole("a whole number up to 4294967295", 0n, 2n ** 32n - 1n, Number),
  nat64: whole("a whole number below 2^64", 0n, 2n ** 64n - 1n, (value) => value),
  int32: whole("a whole number of 32 bits", -(2n ** 31n), 2n ** 31n - 1n, Number),
  float32: { what: "a number", read: (json) => (typeof json === "number" ? json : undefined) },
  float64: { what: "a number", read: (json) => (typeof json === "number" ? json : undefined) },
  principal: {
    what: "a principal",
    read: (json, form) => (typeof json === "string" ? (form.principal?.(json) ?? principalFrom(json)) : undefined),
  },
  blob: {
    what: "bytes in hex",
    read: (json) =>
      typeof json === "string" && /^(?:[0-9a-f]{2})*$/i.test(json)
        ? Uint8Array.from(Buffer.from(json, "hex"))
        : undefined,
  },
  reserved: { what: "a value", read: (json) => (json === undefined ? undefined : null) },
};

function whole(what: string, least: bigint, most: bigint, make: (value: bigint) => unknown): Wanted {
  return {
    what,
    read(json) {
      const text = typeof json === "number" && Number.isSafeInteger(json) ? String(json) : json;
      if (typeof text !== "string" || !/^-?[0-9]{1,20}$/.test(text)) return undefined;
      const value = BigInt(text);
      return value >= least && value <= most ? make(value) : undefined;
    },
  };
}

function principalFrom(text: string): Principal | undefined {
  try {
    const principal = Principal.fromText(text);
    return principal.toText() === text ? principal : undefined;
  } catch {
    return undefined;
  }
}

/** What the candid library has decoded, in the form of {@link payloadToJson}. */
export function candidToJson(shape: Shape, value: unknown): Json {
  switch (shape.kind) {
    case "primitive":
      return primitiveToJson(value);
    case "opt":
      return isList(value) && value.length > 0 ? candidToJson(shape.inner, value[0]) : null;
    case "vec":
      return isList(value) ? value.map((item) => candidToJson(shape.element, item)) : [];
    case "pair":
      return isList(value) ? [candidToJson(shape.first, value[0]), candidToJson(shape.second, value[1])] : [];
    case "record":
      return Object.fromEntries(
        shape.fields.map(({ name, shape: field }) => [
          name,
          candidToJson(field, isObject(value) ? value[name] : undefined),
        ]),
      );
    case "choice":
      return isObject(value) ? (Object.keys(value)[0] ?? null) : null;
    case "variant":
      break;
  }
  const found = isObject(value) ? shape.alternatives.find(({ name }) => name in value) : undefined;
  if (!found || !isObject(value)) return null;
  return found.shape ? { [found.name]: candidToJson(found.shape, value[found.name]) } : found.name;
}

function primitiveToJson(value: unknown): Json {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (value instanceof Principal) return value.toText();
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "bigint") return null; // reserved
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
