import { compareBytes, equalBytes } from "./bytes.ts";
import { type HashTree, type Label, type Path, flattenForks, labelBytes } from "./hash-tree.ts";

export type Lookup =
  | { readonly kind: "found"; readonly value: Uint8Array }
  /** The tree proves that there is nothing at the path. */
  | { readonly kind: "absent" }
  /** The tree cannot tell (pruned), or the path ends above the values. */
  | { readonly kind: "unknown" };

export type SubtreeLookup =
  | { readonly kind: "found"; readonly tree: HashTree }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown" };

/** What a (partial) tree says about the value at a path. */
export function lookup(path: Path, tree: HashTree): Lookup {
  const result = lookupSubtree(path, tree);
  if (result.kind !== "found") return result;
  if (result.tree.kind === "leaf") return { kind: "found", value: result.tree.value };
  return { kind: result.tree.kind === "empty" ? "absent" : "unknown" };
}

/** What a (partial) tree says about the part below a path; the part itself may be pruned. */
export function lookupSubtree(path: Path, tree: HashTree): SubtreeLookup {
  let current = tree;
  for (const label of path) {
    const next = findLabel(labelBytes(label), current);
    if (next.kind !== "found") return next;
    current = next.tree;
  }
  return { kind: "found", tree: current };
}

/** The labels right below a path, as far as the tree shows them, with what is below each. */
export function listLabels(path: Path, tree: HashTree): { readonly label: Uint8Array; readonly tree: HashTree }[] {
  const result = lookupSubtree(path, tree);
  if (result.kind !== "found") return [];
  return flattenForks(result.tree).flatMap((part) =>
    part.kind === "labeled" ? [{ label: part.label, tree: part.tree }] : [],
  );
}

function findLabel(label: Uint8Array, tree: HashTree): SubtreeLookup {
  const forest = flattenForks(tree);
  if (forest.length === 0 || (forest.length === 1 && forest[0]?.kind === "leaf")) return { kind: "absent" };
  /** Whether everything before `label` up to here is shown, so that nothing can hide in between. */
  let shown = true;
  for (const part of forest) {
    if (part.kind !== "labeled") {
      shown = false;
      continue;
    }
    if (equalBytes(part.label, label)) return { kind: "found", tree: part.tree };
    if (compareBytes(part.label, label) > 0) return { kind: shown ? "absent" : "unknown" };
    shown = true;
  }
  return { kind: shown ? "absent" : "unknown" };
}

/** Text for a message: `/subnet/0x1d…/public_key`. */
export function showPath(path: Path): string {
  return path.map((label) => `/${showLabel(label)}`).join("");
}

function showLabel(label: Label): string {
  const bytes = Buffer.from(labelBytes(label));
  const text = bytes.toString("utf8");
  return /^[\x21-\x7e]+$/.test(text) ? text : `0x${bytes.toString("hex")}`;
}
