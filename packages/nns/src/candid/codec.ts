import { IDL } from "@icp-sdk/core/candid";
import { Principal } from "@icos/certification/principal";
import { IcosError } from "@icos/system";
import type { PrimitiveName, Shape } from "./shape.ts";

/** A candid type with its value in TypeScript: `opt` is `T | undefined`, a map is an array of pairs. */
export interface Codec<T> {
  readonly idl: IDL.Type;
  /** The same type as data: for the interface file, and for values that people write. */
  readonly shape: Shape;
  /** From what the candid library decoded. @throws IcosError `candid-mismatch` */
  read(value: unknown): T;
  /** To what the candid library encodes. */
  write(value: T): unknown;
}

function primitive<T>(name: PrimitiveName, idl: IDL.Type, is: (value: unknown) => value is T): Codec<T> {
  return {
    idl,
    shape: { kind: "primitive", name },
    read(value) {
      if (is(value)) return value;
      throw mismatch(`a ${name}`, value);
    },
    write: (value) => value,
  };
}

export const text = primitive("text", IDL.Text, (value) => typeof value === "string");
export const bool = primitive("bool", IDL.Bool, (value) => typeof value === "boolean");
export const nat32 = primitive("nat32", IDL.Nat32, (value) => typeof value === "number");
export const nat64 = primitive("nat64", IDL.Nat64, (value) => typeof value === "bigint");
export const int32 = primitive("int32", IDL.Int32, (value) => typeof value === "number");
export const float64 = primitive("float64", IDL.Float64, (value) => typeof value === "number");
export const float32 = primitive("float32", IDL.Float32, (value) => typeof value === "number");

export const principal: Codec<Principal> = {
  idl: IDL.Principal,
  shape: { kind: "primitive", name: "principal" },
  read: (value) => Principal.from(value),
  write: (value) => value,
};

export const blob: Codec<Uint8Array> = {
  idl: IDL.Vec(IDL.Nat8),
  shape: { kind: "primitive", name: "blob" },
  read(value) {
    if (value instanceof Uint8Array) return value;
    if (Array.isArray(value)) return Uint8Array.from(value, Number);
    throw mismatch("a blob", value);
  },
  write: (value) => value,
};

/** Any value of any type, which is not looked at. */
export const reserved: Codec<unknown> = {
  idl: IDL.Reserved,
  shape: { kind: "primitive", name: "reserved" },
  read: () => null,
  write: () => null,
};

export function vec<T>(element: Codec<T>): Codec<readonly T[]> {
  return {
    idl: IDL.Vec(element.idl),
    shape: { kind: "vec", element: element.shape },
    read: (value) => arrayOf(value).map((item) => element.read(item)),
    write: (value) => value.map((item) => element.write(item)),
  };
}

export function opt<T>(inner: Codec<T>): Codec<T | undefined> {
  return {
    idl: IDL.Opt(inner.idl),
    shape: { kind: "opt", inner: inner.shape },
    read(value) {
      const items = arrayOf(value);
      return items.length === 0 ? undefined : inner.read(items[0]);
    },
    write: (value) => (value === undefined ? [] : [inner.write(value)]),
  };
}

/** An `opt` that must be there. */
export function present<T>(inner: Codec<T>, what: string): Codec<T> {
  const optional = opt(inner);
  return {
    ...optional,
    read(value) {
      const found = optional.read(value);
      if (found === undefined) throw mismatch(what, value);
      return found;
    },
    write: (value) => optional.write(value),
  };
}

export function pair<A, B>(first: Codec<A>, second: Codec<B>): Codec<readonly [A, B]> {
  return {
    idl: IDL.Tuple(first.idl, second.idl),
    shape: { kind: "pair", first: first.shape, second: second.shape },
    read(value) {
      const items = arrayOf(value);
      return [first.read(items[0]), second.read(items[1])];
    },
    write: ([a, b]) => [first.write(a), second.write(b)],
  };
}

/** A record whose `opt` fields are optional properties. Without a name it is written out where it is used. */
export function record<T extends object>(
  name: string | undefined,
  fields: { readonly [K in keyof T]-?: Codec<T[K]> },
): Codec<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return {
    idl: IDL.Record(Object.fromEntries(names.map((field) => [field, fields[field].idl]))),
    shape: { kind: "record", name, fields: names.map((field) => ({ name: field, shape: fields[field].shape })) },
    read(value) {
      if (!isObject(value)) throw mismatch("a record", value);
      const entries = names.map((field) => [field, fields[field].read(value[field])] as const);
      return Object.fromEntries(entries.filter(([, part]) => part !== undefined)) as T;
    },
    write: (value) => Object.fromEntries(names.map((field) => [field, fields[field].write(value[field])])),
  };
}

/** A variant of which no alternative has a value: a string. */
export function choice<T extends string>(name: string, alternatives: readonly T[]): Codec<T> {
  return {
    idl: IDL.Variant(Object.fromEntries(alternatives.map((alternative) => [alternative, IDL.Null]))),
    shape: { kind: "choice", name, alternatives },
    read(value) {
      const found = isObject(value) ? alternatives.find((alternative) => alternative in value) : undefined;
      if (found === undefined) throw mismatch(name, value);
      return found;
    },
    write: (value) => ({ [value]: null }),
  };
}

/** `variant { Ok : …; Err : text }`: an error is an {@link IcosError} `registry-refused` for who reads it. */
export function result<T>(name: string, ok: Codec<T>): Codec<T> {
  return {
    idl: IDL.Variant({ Ok: ok.idl, Err: IDL.Text }),
    shape: {
      kind: "variant",
      name,
      alternatives: [
        { name: "Ok", shape: ok.shape },
        { name: "Err", shape: text.shape },
      ],
    },
    read(value) {
      if (isObject(value) && "Ok" in value) return ok.read(value["Ok"]);
      if (isObject(value) && "Err" in value) throw new IcosError("registry-refused", text.read(value["Err"]));
      throw mismatch(name, value);
    },
    write: (value) => ({ Ok: ok.write(value) }),
  };
}

/** `variant { Ok; Err : text }`, as {@link result}. */
export function done(name: string): Codec<null> {
  return {
    idl: IDL.Variant({ Ok: IDL.Null, Err: IDL.Text }),
    shape: {
      kind: "variant",
      name,
      alternatives: [
        { name: "Ok", shape: undefined },
        { name: "Err", shape: text.shape },
      ],
    },
    read(value) {
      if (isObject(value) && "Ok" in value) return null;
      if (isObject(value) && "Err" in value) throw new IcosError("registry-refused", text.read(value["Err"]));
      throw mismatch(name, value);
    },
    write: () => ({ Ok: null }),
  };
}

/**
 * A variant as a discriminated union: `kind` names the alternative, the other properties are its record's fields.
 * An alternative without fields has no value.
 */
export function union<T extends { readonly kind: string }>(
  name: string,
  alternatives: { readonly [K in T["kind"]]: Codec<Omit<Extract<T, { readonly kind: K }>, "kind">> | undefined },
): Codec<T> {
  const names = Object.keys(alternatives) as T["kind"][];
  return {
    idl: IDL.Variant(Object.fromEntries(names.map((each) => [each, alternatives[each]?.idl ?? IDL.Null]))),
    shape: {
      kind: "variant",
      name,
      alternatives: names.map((each) => ({ name: each, shape: alternatives[each]?.shape })),
    },
    read(value) {
      const found = isObject(value) ? names.find((each) => each in value) : undefined;
      if (found === undefined || !isObject(value)) throw mismatch(name, value);
      return { kind: found, ...alternatives[found]?.read(value[found]) } as T;
    },
    write: (value) => {
      const { kind, ...rest } = value;
      const codec = alternatives[kind as T["kind"]] as Codec<typeof rest> | undefined;
      return { [kind]: codec ? codec.write(rest) : null };
    },
  };
}

/** The candid library gives typed arrays for lists of numbers. */
function arrayOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Int32Array || value instanceof Uint32Array || value instanceof BigUint64Array) return [...value];
  throw mismatch("a list", value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function mismatch(wanted: string, value: unknown): IcosError {
  return new IcosError("candid-mismatch", `Expected ${wanted}, got a ${typeof value}.`);
}
