import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { emptyTree, fork, type HashTree, labeled, leaf, pruned } from "@icos/certification";
import { IcosError } from "@icos/system";
import { type MixedHashTree, MixedHashTreeSchema } from "../generated/messaging/xnet/v1/mixed_hash_tree_pb.ts";

/** A hash tree in protobuf form. */
export function hashTreeToProtobuf(tree: HashTree): MixedHashTree {
  return create(MixedHashTreeSchema, initOf(tree));
}

function initOf(tree: HashTree): MessageInitShape<typeof MixedHashTreeSchema> {
  switch (tree.kind) {
    case "empty":
      return { treeEnum: { case: "empty", value: {} } };
    case "fork":
      return { treeEnum: { case: "fork", value: { leftTree: initOf(tree.left), rightTree: initOf(tree.right) } } };
    case "labeled":
      return { treeEnum: { case: "labeled", value: { label: tree.label, subtree: initOf(tree.tree) } } };
    case "leaf":
      return { treeEnum: { case: "leafData", value: tree.value } };
    case "pruned":
      break;
  }
  return { treeEnum: { case: "prunedDigest", value: tree.digest } };
}

/** @throws IcosError `hash-tree-malformed` */
export function hashTreeFromProtobuf(message: MixedHashTree | undefined): HashTree {
  const tree = message?.treeEnum;
  switch (tree?.case) {
    case "empty":
      return emptyTree();
    case "fork":
      return fork(hashTreeFromProtobuf(tree.value.leftTree), hashTreeFromProtobuf(tree.value.rightTree));
    case "labeled":
      return labeled(tree.value.label, hashTreeFromProtobuf(tree.value.subtree));
    case "leafData":
      return leaf(tree.value);
    case "prunedDigest":
      if (tree.value.length !== 32) throw malformed(`a hash has ${tree.value.length} bytes instead of 32`);
      return pruned(tree.value);
    case undefined:
      break;
  }
  throw malformed("a node is of no known kind");
}

function malformed(why: string): IcosError {
  return new IcosError("hash-tree-malformed", `A hash tree is not well formed: ${why}.`);
}
