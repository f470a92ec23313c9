import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { Principal } from "@icos/certification";
import { recordSchemaOf } from "../record-schema.ts";
import { decodeRecord } from "../records.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Fields of type `bytes` that hold a principal. */
const PRINCIPAL_FIELDS: ReadonlySet<string> = new Set([
  "registry.node.v1.NodeRecord.node_operator_id",
  "registry.node_operator.v1.NodeOperatorRecord.node_operator_principal_id",
  "registry.node_operator.v1.NodeOperatorRecord.node_provider_principal_id",
  "registry.subnet.v1.SubnetRecord.membership",
  "registry.subnet.v1.SubnetListRecord.subnets",
  "registry.subnet.v1.InitialNiDkgTranscriptRecord.committee",
  "types.v1.NiDkgId.dealer_subnet",
]);
/** Messages around a principal: written as the principal. */
const PRINCIPAL_MESSAGES: ReadonlySet<string> = new Set([
  "types.v1.PrincipalId",
  "types.v1.CanisterId",
  "types.v1.SubnetId",
  "types.v1.NodeId",
]);
const UNKNOWN = "$unknown";

/**
 * A record for people and programs: fields under the names of the `.proto` files, all of them; principals in textual
 * form, other bytes in hex, enums by name in lower case, whole numbers as numbers, or as decimal text when they are
 * beyond 2^53. What is optional and absent is null. Fields that are not in the schema come last, as `$unknown`.
 * Undefined when no record of the registry has such a key. @throws IcosError `registry-record-malformed`
 */
export function recordJson(key: string, value: Uint8Array): JsonObject | undefined {
  const schema = recordSchemaOf(key);
  return schema && messageJson(reflect(schema, decodeRecord<DescMessage>(schema, value, key)));
}

function messageJson(message: ReflectMessage): JsonObject {
  const fields = message.fields.map((field) => [field.name, fieldJson(message, field)] as const);
  const unknown = message.getUnknown() ?? [];
  return Object.fromEntries([
    ...fields,
    ...(unknown.length > 0
      ? [[UNKNOWN, unknown.map(({ no, data }) => ({ field: no, data: hex(data) }))] as const]
      : []),
  ]);
}

function fieldJson(message: ReflectMessage, field: DescField): Json {
  const path = `${field.parent.typeName}.${field.name}`;
  switch (field.fieldKind) {
    case "list":
      return Array.from(message.get(field), (item) => {
        if (field.listKind === "enum") return enumJson(field, item);
        return isReflectMessage(item) ? wrappedJson(item) : scalarJson(item, field, path);
      });
    case "map":
      return Object.fromEntries(
        Array.from(message.get(field), ([name, item]): readonly [string, Json] => [
          String(name),
          isReflectMessage(item) ? wrappedJson(item) : scalarJson(item, field, path),
        ]).sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    case "message":
      return message.isSet(field) ? wrappedJson(message.get(field)) : null;
    case "enum":
      return isAbsent(message, field) ? null : enumJson(field, message.get(field));
    case "scalar":
      return isAbsent(message, field) ? null : scalarJson(message.get(field), field, path);
  }
  return null;
}

/** Implicit presence: the zero value counts as there. */
function isAbsent(message: ReflectMessage, field: DescField): boolean {
  const explicit = field.oneof !== undefined || field.proto.proto3Optional;
  return explicit && !message.isSet(field);
}

/** A message in a field; wrappers and principals are written as what they hold. */
function wrappedJson(message: ReflectMessage): Json {
  const { typeName } = message.desc;
  const [only] = message.fields;
  if (PRINCIPAL_MESSAGES.has(typeName)) return principalOf(message);
  if (typeName.startsWith("google.protobuf.") && only?.fieldKind === "scalar")
    return scalarJson(message.get(only), only, typeName);
  return messageJson(message);
}

function principalOf(message: ReflectMessage): string {
  const [only] = message.fields;
  const inner: unknown = only && message.get(only);
  if (isReflectMessage(inner)) return principalOf(inner);
  return inner instanceof Uint8Array ? Principal.fromUint8Array(inner).toText() : "";
}

function enumJson(field: DescField, value: unknown): Json {
  const known = field.enum?.values.find(({ number }) => number === value);
  return known ? known.localName.toLowerCase() : Number(value);
}

function scalarJson(value: unknown, field: DescField, path: string): Json {
  if (value instanceof Uint8Array) {
    if (!PRINCIPAL_FIELDS.has(path)) return hex(value);
    return value.length === 0 ? "" : Principal.fromUint8Array(value).toText();
  }
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return String(value);
    return field.scalar === ScalarType.FLOAT ? shortestFloat32(value) : value;
  }
  return typeof value === "boolean" ? value : String(value);
}

/** The number with the fewest digits that is this one in 32 bits. */
function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

function isReflectMessage(value: unknown): value is ReflectMessage {
  return typeof value === "object" && value !== null && "desc" in value && "fields" in value;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
