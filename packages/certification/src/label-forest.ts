import { type HashTree, type Label, emptyTree, fork, labelBytes, labeled } from "./hash-tree.ts";
import { equalBytes } from "./bytes.ts";

type Node = Entry | Branch;
interface Entry {
  readonly kind: "entry";
  readonly label: Uint8Array;
  readonly tree: HashTree;
}
/** Labels that agree up to `bit`; those where it is 0 are on the left. */
interface Branch {
  readonly kind: "branch";
  readonly bit: number;
  readonly left: Node;
  readonly right: Node;
  readonly tree: HashTree;
}

/** Nine bits a byte, the first says that the byte is there: so a label sorts before those that it is a prefix of. */
const BITS_PER_BYTE = 9;

/**
 * Labelled trees that come and go, as one hash tree. A change makes a new forest that shares the rest with the old
 * one, and hashes only the path to the change (a critical-bit tree), however many labels there are.
 */
export class LabelForest {
  readonly #root: Node | undefined;
  /** The same object as long as nothing is changed. */
  readonly tree: HashTree;

  private constructor(root: Node | undefined) {
    this.#root = root;
    this.tree = root?.tree ?? emptyTree();
  }

  static empty(): LabelForest {
    return new LabelForest(undefined);
  }

  /** With `content` below `label`, in place of what was there. */
  with(label: Label, content: HashTree): LabelForest {
    const bytes = labelBytes(label);
    const entry: Entry = { kind: "entry", label: bytes, tree: labeled(bytes, content) };
    if (!this.#root) return new LabelForest(entry);
    const bit = firstDifference(nearest(this.#root, bytes).label, bytes);
    return new LabelForest(bit === undefined ? replace(this.#root, entry) : insert(this.#root, entry, bit));
  }

  without(label: Label): LabelForest {
    const bytes = labelBytes(label);
    if (!this.#root || !equalBytes(nearest(this.#root, bytes).label, bytes)) return this;
    return new LabelForest(remove(this.#root, bytes));
  }
}

function branch(bit: number, left: Node, right: Node): Branch {
  return { kind: "branch", bit, left, right, tree: fork(left.tree, right.tree) };
}

function bitAt(label: Uint8Array, index: number): boolean {
  const byte = label[Math.floor(index / BITS_PER_BYTE)];
  const within = index % BITS_PER_BYTE;
  if (byte === undefined) return false;
  return within === 0 || ((byte >> (BITS_PER_BYTE - 1 - within)) & 1) === 1;
}

/** The entry that agrees with `label` on every bit that a branch looks at. */
function nearest(root: Node, label: Uint8Array): Entry {
  let node = root;
  while (node.kind === "branch") node = bitAt(label, node.bit) ? node.right : node.left;
  return node;
}

function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  for (let byte = 0; byte < Math.max(a.length, b.length); byte++) {
    if (a[byte] === b[byte]) continue;
    for (let bit = byte * BITS_PER_BYTE; ; bit++) if (bitAt(a, bit) !== bitAt(b, bit)) return bit;
  }
  return undefined;
}

function replace(node: Node, entry: Entry): Node {
  if (node.kind === "entry") return entry;
  return bitAt(entry.label, node.bit)
    ? branch(node.bit, node.left, replace(node.right, entry))
    : branch(node.bit, replace(node.left, entry), node.right);
}

function insert(node: Node, entry: Entry, bit: number): Node {
  if (node.kind === "entry" || node.bit > bit) {
    return bitAt(entry.label, bit) ? branch(bit, node, entry) : branch(bit, entry, node);
  }
  return bitAt(entry.label, node.bit)
    ? branch(node.bit, node.left, insert(node.right, entry, bit))
    : branch(node.bit, insert(node.left, entry, bit), node.right);
}

function remove(node: Node, label: Uint8Array): Node | undefined {
  if (node.kind === "entry") return undefined;
  if (bitAt(label, node.bit)) {
    const right = remove(node.right, label);
    return right ? branch(node.bit, node.left, right) : node.left;
  }
  const left = remove(node.left, label);
  return left ? branch(node.bit, left, node.right) : node.right;
}
