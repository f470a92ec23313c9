import { IcosError } from "@icos/system";
import { compareBytes } from "./bytes.ts";
import { type HashTree, emptyTree, flattenForks, fork, labeled, leaf, pruned } from "./hash-tree.ts";

/** A tree as nested CBOR arrays: 0 empty, 1 fork, 2 labeled, 3 leaf, 4 pruned. */
export type EncodedTree = readonly (number | Uint8Array | EncodedTree)[];

export function hashTreeToCbor(tree: HashTree): EncodedTree {
  switch (tree.kind) {
    case "empty":
      return [0];
    case "fork":
      return [1, hashTreeToCbor(tree.left), hashTreeToCbor(tree.right)];
    case "labeled":
      return [2, tree.label, hashTreeToCbor(tree.tree)];
    case "leaf":
      return [3, tree.value];
    case "pruned":
      break;
  }
  return [4, tree.digest];
}

/** Checks form and order: labels strictly increasing, values not beside labels, hashes of 32 bytes. */
export function hashTreeFromCbor(value: unknown): HashTree {
  const tree = parse(value);
  checkForest(tree);
  return tree;
}

function parse(value: unknown): HashTree {
  if (!isArray(value)) throw malformed("a node is not an array");
  const [tag, first, second] = value;
  const expect = (length: number): void => {
    if (value.length !== length) throw malformed(`a node of kind ${String(tag)} has ${value.length} elements`);
  };
  switch (tag) {
    case 0:
      expect(1);
      return emptyTree();
    case 1:
      expect(3);
      return fork(parse(first), parse(second));
    case 2:
      expect(3);
      return labeled(bytes(first, "label"), parseBelowLabel(second));
    case 3:
      expect(2);
      return leaf(bytes(first, "value"));
    case 4:
      expect(2);
      return pruned(hash(first));
    default:
      throw malformed("a node is of an unknown kind");
  }
}

function parseBelowLabel(value: unknown): HashTree {
  const tree = parse(value);
  checkForest(tree);
  return tree;
}

function checkForest(tree: HashTree): void {
  const forest = flattenForks(tree);
  if (forest.length === 1) return;
  let last: Uint8Array | undefined;
  for (const part of forest) {
    if (part.kind === "leaf") throw malformed("a value stands beside labels");
    if (part.kind !== "labeled") continue;
    if (last && compareBytes(last, part.label) >= 0) throw malformed("labels are not in increasing order");
    last = part.label;
  }
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function bytes(value: unknown, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw malformed(`a ${what} is not a byte string`);
}

function hash(value: unknown): Uint8Array {
  const digest = bytes(value, "hash");
  if (digest.length !== 32) throw malformed(`a hash has ${digest.length} bytes instead of 32`);
  return digest;
}

function malformed(why: string): IcosError {
  return new IcosError("hash-tree-malformed", `A hash tree is not well formed: ${why}.`);
}
