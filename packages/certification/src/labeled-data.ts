import { IcosError } from "@icos/system";
import { compareBytes } from "./bytes.ts";
import {
  type HashTree,
  type Label,
  type LabeledTree,
  emptyTree,
  fork,
  labelBytes,
  labeled,
  leaf,
} from "./hash-tree.ts";

/** Tree-shaped data: a value, labelled parts, or a tree that was made before and is shared. */
export type LabeledData = Uint8Array | ReadonlyMap<Label, LabeledData> | HashTree;

/** Builds the balanced hash tree of tree-shaped data. Labels may come in any order, each once. */
export function buildHashTree(data: LabeledData): HashTree {
  if (data instanceof Uint8Array) return leaf(data);
  if (!isMap(data)) return data;
  const parts = Array.from(data, ([label, part]) => labeled(labelBytes(label), buildHashTree(part)));
  return forkSorted(parts.toSorted((a, b) => compareBytes(a.label, b.label)));
}

function forkSorted(parts: readonly LabeledTree[]): HashTree {
  for (let index = 1; index < parts.length; index++) {
    const [before, after] = [parts[index - 1], parts[index]];
    if (before && after && compareBytes(before.label, after.label) === 0) {
      throw new IcosError("label-repeated", `The label 0x${Buffer.from(after.label).toString("hex")} comes twice.`);
    }
  }
  return forkRange(parts, 0, parts.length);
}

function forkRange(parts: readonly HashTree[], start: number, end: number): HashTree {
  const only = end - start === 1 ? parts[start] : undefined;
  if (only) return only;
  if (end <= start) return emptyTree();
  const middle = start + Math.ceil((end - start) / 2);
  return fork(forkRange(parts, start, middle), forkRange(parts, middle, end));
}

function isMap(data: ReadonlyMap<Label, LabeledData> | HashTree): data is ReadonlyMap<Label, LabeledData> {
  return data instanceof Map;
}
