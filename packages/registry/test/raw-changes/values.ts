import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Principal } from "@icos/certification";
import * as fc from "fast-check";
import { encodeRecord, type KeyChange, nodeIdOf } from "../../src/index.ts";
import { person } from "../network.ts";

/** What a small registry is about: few enough that changes meet. */
export const NODE_KEYS = [1, 2, 3, 4].map((byte) => Buffer.alloc(32, byte));
const NODES = NODE_KEYS.map(nodeIdOf);
export const ROOT = person("root subnet");
export const SUBNETS = [person("subnet 1"), person("subnet 2"), ROOT];
export const OPERATORS = [person("operator 1"), person("operator 2")];
export const VERSIONS = ["v1", "v2", "v3"];
export const THRESHOLD_KEYS = [7, 8].map((byte) => Buffer.alloc(96, byte));

export const set = <S extends DescMessage>(key: string, schema: S, init: MessageInitShape<S>): KeyChange => ({
  key,
  value: encodeRecord(schema, init),
});
export const raw = (principal: Principal) => principal.toUint8Array();
export const subnetId = (principal: Principal) => ({ principalId: { raw: raw(principal) } });
/** Mostly the first. */
export const rarely = <A, B>(usual: fc.Arbitrary<A>, odd: fc.Arbitrary<B>): fc.Arbitrary<A | B> =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd });
export const usually = <T>(first: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  rarely(fc.constant(first), fc.constantFrom(first, ...others));
export const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
export const listOf = (length: number): string[] => Array.from({ length }, (_, index) => `key ${index}`);

export const node = fc.nat(NODES.length - 1);
export const someNodes = fc.uniqueArray(node, { minLength: 0, maxLength: 3 });
export const version = fc.constantFrom(...VERSIONS);
export const subnet = fc.constantFrom(...SUBNETS);
export const idOf = (index: number): Principal => NODES[index] ?? ROOT;
