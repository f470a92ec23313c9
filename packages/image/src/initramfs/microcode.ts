import { FileTree } from "../rootfs/file-tree.ts";
import { renderCpio } from "./cpio.ts";

const AMD = "/usr/lib/firmware/amd-ucode";

/**
 * What stands before the initramfs, not compressed: the microcode of AMD's processors, which the kernel takes before anything
 * else and from nowhere else (kernel `Documentation/arch/x86/microcode.rst`). Nothing when the packages bring none; inside a
 * virtual machine the kernel passes it over.
 */
export function earlyMicrocode(packages: FileTree): Buffer {
  const containers = packages.childrenOf(AMD).flatMap((path) => {
    const entry = packages.get(path);
    return entry?.kind === "file" && /\/microcode_amd[^/]*\.bin$/.test(path) ? [entry.content] : [];
  });
  if (containers.length === 0) return Buffer.alloc(0);
  const tree = new FileTree();
  tree.file("/kernel/x86/microcode/AuthenticAMD.bin", Buffer.concat(containers));
  return renderCpio(tree);
}
