import { fromBinary } from "@bufbuild/protobuf";
import { recordSchemaOf, type RegistryRules } from "../src/index.ts";
import { Naive, type NaiveRules } from "./naive/naive-registry.ts";
import { NETWORK_RULES } from "./naive/network-rules.ts";
import { NODE_RULES } from "./naive/node-rules.ts";
import { SUBNET_RULES } from "./naive/subnet-rules.ts";

/**
 * The rules of the registry written down once more, without a thought for speed: over all records, by name of the
 * invariant. Shares only the records' schemas with the product.
 */
export function naiveViolations(records: ReadonlyMap<string, Uint8Array>, rules: RegistryRules): ReadonlySet<string> {
  if ([...records].some(([key, value]) => !decodes(key, value))) return new Set(["record-format"]);
  const registry = new Naive(records, rules);
  return new Set(Object.entries(CHECKS).flatMap(([name, holds]) => (holds(registry) ? [] : [name])));
}

function decodes(key: string, value: Uint8Array): boolean {
  const schema = recordSchemaOf(key);
  try {
    if (schema) fromBinary(schema, value);
    return true;
  } catch {
    return false;
  }
}

const CHECKS: NaiveRules = { ...NODE_RULES, ...SUBNET_RULES, ...NETWORK_RULES };

/** The names of the rules above. */
export const NAIVE_RULES: readonly string[] = ["record-format", ...Object.keys(CHECKS)];
