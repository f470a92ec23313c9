import { compareBytes } from "./bytes.ts";
import { type HashTree, type Path, flattenForks, fork, labelBytes, labeled, pruned } from "./hash-tree.ts";

/**
 * The smallest tree with the same root hash that still shows what is at each path: the whole subtree where there is
 * one, and otherwise the neighbouring labels, which prove that there is none.
 */
export function prune(tree: HashTree, paths: readonly Path[]): HashTree {
  return paths.length === 0 ? pruned(tree.digest) : witness(tree, wanted(paths));
}

/** The wanted paths by their first label. */
interface Wanted {
  /** A path ends here: everything below is wanted. */
  readonly everything: boolean;
  /** Sorted by label. */
  readonly parts: readonly { readonly label: Uint8Array; readonly wanted: Wanted }[];
}

function wanted(paths: readonly Path[]): Wanted {
  if (paths.some((path) => path.length === 0)) return { everything: true, parts: [] };
  const groups = Map.groupBy(paths, ([first]) => Buffer.from(labelBytes(first ?? "")).toString("hex"));
  const parts = Array.from(groups, ([label, group]) => ({
    label: Buffer.from(label, "hex"),
    wanted: wanted(group.map((path) => path.slice(1))),
  }));
  return { everything: false, parts: parts.toSorted((a, b) => compareBytes(a.label, b.label)) };
}

function witness(tree: HashTree, want: Wanted): HashTree {
  if (want.everything) return tree;
  const forest = flattenForks(tree);
  const [first] = forest;
  if (!first) return tree; // shows that nothing is there
  if (forest.length === 1 && first.kind !== "labeled") return first; // a leaf shows that nothing is below it
  return rebuild(tree, { index: 0, kept: chooseParts(forest, want) });
}

/** By position in the forest: what to show of it. `undefined` shows the label alone, as a neighbour. */
function chooseParts(forest: readonly HashTree[], want: Wanted): Map<number, Wanted | undefined> {
  const kept = new Map<number, Wanted | undefined>();
  const labels = forest.flatMap((part, index) => (part.kind === "labeled" ? [{ label: part.label, index }] : []));
  for (const { label, wanted: below } of want.parts) {
    const at = firstNotBelow(labels, label);
    const next = labels[at];
    if (next && compareBytes(next.label, label) === 0) {
      kept.set(next.index, below);
      continue;
    }
    for (const neighbour of [labels[at - 1], next]) {
      if (neighbour && !kept.has(neighbour.index)) kept.set(neighbour.index, undefined);
    }
  }
  return kept;
}

function firstNotBelow(labels: readonly { readonly label: Uint8Array }[], label: Uint8Array): number {
  let [low, high] = [0, labels.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = labels[middle];
    if (entry && compareBytes(entry.label, label) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function rebuild(tree: HashTree, state: { index: number; readonly kept: Map<number, Wanted | undefined> }): HashTree {
  if (tree.kind === "empty") return tree;
  if (tree.kind === "fork") {
    const left = rebuild(tree.left, state);
    const right = rebuild(tree.right, state);
    return showsNothing(left) && showsNothing(right) ? pruned(tree.digest) : fork(left, right);
  }
  const index = state.index++;
  if (tree.kind !== "labeled" || !state.kept.has(index)) return pruned(tree.digest);
  const below = state.kept.get(index);
  return labeled(tree.label, below ? witness(tree.tree, below) : pruned(tree.tree.digest));
}

function showsNothing(tree: HashTree): boolean {
  return tree.kind === "pruned" || tree.kind === "empty";
}
