import { Principal } from "@icos/certification";
import * as fc from "fast-check";
import { GOVERNANCE, OPERATOR, OTHER_OPERATOR, person } from "../network.ts";
import { testNode } from "../nodes.ts";

/** What the calls of the model are about: few enough that they meet. */
export const SUCCESSOR = person("another operator of the same provider");
export const OPERATORS = [OPERATOR, OTHER_OPERATOR, SUCCESSOR];
export const nodes = Array.from({ length: 5 }, (_, index) => testNode(index));
export const HOUR = 3_600_000_000_000n;

export const texts = (ids: readonly Principal[]): string[] => ids.map((id) => id.toText());
export const node = fc.constantFrom(...nodes);
export const id = node.map((each) => each.id);
export const ids = fc.array(id, { maxLength: 2 });
export const caller = fc.constantFrom(OPERATOR, OPERATOR, OTHER_OPERATOR, SUCCESSOR, GOVERNANCE);
export const version = fc.constantFrom("v1", "v2", "v3");
export const hostos = fc.constantFrom("h1", "h2");
export const place = fc.constantFrom(0, 0, 1);
export const keys = fc.array(fc.constantFrom("key a", "key b"), { maxLength: 2 });
export const elected = { release_package_sha256_hex: "0f".repeat(32), release_package_urls: ["http://x.example/y"] };
