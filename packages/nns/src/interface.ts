/** What the mutations take and give, without what it takes to call them: cheap to import. */
export { METHOD_CODECS } from "./candid/methods.ts";
export type { MethodCodec } from "./candid/methods.ts";
export type { Codec } from "./candid/codec.ts";
export { argumentJson } from "./candid/argument-json.ts";
export * from "./candid/payload-json.ts";
export type { Field, PrimitiveName, Shape } from "./candid/shape.ts";
export { SUBNET_DEFAULTS } from "./client/subnet-defaults.ts";
export * from "./governance/nns-functions.ts";
