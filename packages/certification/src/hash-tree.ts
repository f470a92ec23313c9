import { hash } from "node:crypto";
import { concatBytes, domainSeparator, utf8 } from "./bytes.ts";

/**
 * A Merkle tree over labelled data (interface specification, "Certification"). Every node knows its `digest`, so
 * trees that share parts also share the work of hashing them, and `tree.digest` is the root hash.
 */
export type HashTree = EmptyTree | ForkTree | LabeledTree | LeafTree | PrunedTree;

export interface EmptyTree {
  readonly kind: "empty";
  readonly digest: Uint8Array;
}
export interface ForkTree {
  readonly kind: "fork";
  readonly left: HashTree;
  readonly right: HashTree;
  readonly digest: Uint8Array;
}
export interface LabeledTree {
  readonly kind: "labeled";
  readonly label: Uint8Array;
  readonly tree: HashTree;
  readonly digest: Uint8Array;
}
export interface LeafTree {
  readonly kind: "leaf";
  readonly value: Uint8Array;
  readonly digest: Uint8Array;
}
/** A subtree that is left out: only its hash is known. */
export interface PrunedTree {
  readonly kind: "pruned";
  readonly digest: Uint8Array;
}

/** A label: text is encoded as UTF-8. */
export type Label = string | Uint8Array;
export type Path = readonly Label[];

const EMPTY = domainSeparator("ic-hashtree-empty");
const FORK = domainSeparator("ic-hashtree-fork");
const LABELED = domainSeparator("ic-hashtree-labeled");
const LEAF = domainSeparator("ic-hashtree-leaf");

export function emptyTree(): EmptyTree {
  return { kind: "empty", digest: sha256(EMPTY) };
}

export function fork(left: HashTree, right: HashTree): ForkTree {
  return { kind: "fork", left, right, digest: sha256(FORK, left.digest, right.digest) };
}

export function labeled(label: Label, tree: HashTree): LabeledTree {
  const bytes = labelBytes(label);
  return { kind: "labeled", label: bytes, tree, digest: sha256(LABELED, bytes, tree.digest) };
}

export function leaf(value: Uint8Array): LeafTree {
  return { kind: "leaf", value, digest: sha256(LEAF, value) };
}

/** `digest` has 32 bytes. */
export function pruned(digest: Uint8Array): PrunedTree {
  return { kind: "pruned", digest };
}

export function labelBytes(label: Label): Uint8Array {
  return typeof label === "string" ? utf8(label) : label;
}

/** The parts of a tree from left to right, without its forks and empty parts. */
export function flattenForks(tree: HashTree): (LabeledTree | LeafTree | PrunedTree)[] {
  const parts: (LabeledTree | LeafTree | PrunedTree)[] = [];
  const rest: HashTree[] = [tree];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (node.kind === "fork") rest.push(node.right, node.left);
    else if (node.kind !== "empty") parts.push(node);
  }
  return parts;
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return hash("sha256", concatBytes(...parts), "buffer");
}
