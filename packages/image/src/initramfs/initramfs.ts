import { join } from "node:path";
import { IcosError } from "@icos/system";
import { VERITY_BLOCK_SIZE, VERITY_SALT, VERITY_TREE_OFFSET, VERITY_DEVICE_NAME } from "@icos/slots";
import { FileTree } from "../rootfs/file-tree.ts";

export interface InitramfsOptions {
  readonly os: string;
  /** The script that runs first; values between @ signs are filled in. */
  readonly init: string;
  /** Paths of programs beside busybox. */
  readonly programs: readonly string[];
  /** Names of the shared libraries that the programs load. */
  readonly libraries: readonly string[];
  /** The unpacked packages, for the few programs and libraries that are needed. */
  readonly packages: FileTree;
  /** File name and content of the modules to load, in order. */
  readonly modules: readonly { readonly name: string; readonly content: Uint8Array }[];
}

/** Busybox applets that `init` calls. */
const APPLETS = ["dd", "insmod", "mount", "od", "reboot", "sh", "sleep", "switch_root"];
const LIBRARY_DIRECTORY = "/usr/lib/x86_64-linux-gnu";

/** An initramfs that does one thing: open the verified root named by the kernel command line, and switch to it. */
export function composeInitramfs(options: InitramfsOptions): FileTree {
  const { os, init, programs, libraries, packages, modules } = options;
  const tree = new FileTree();
  for (const directory of ["dev", "proc", "sys", "run", "root", "modules", "bin", "usr/sbin", "lib64"])
    tree.directory(`/${directory}`);
  tree.file("/init", fillIn(init, os), 0o755);
  tree.file("/bin/busybox", contentOf(packages, "/usr/bin/busybox"), 0o755);
  for (const applet of APPLETS) tree.link(`/bin/${applet}`, "busybox");
  for (const program of programs) tree.file(program, contentOf(packages, program), 0o755);
  tree.file("/lib64/ld-linux-x86-64.so.2", contentOf(packages, `${LIBRARY_DIRECTORY}/ld-linux-x86-64.so.2`), 0o755);
  for (const library of libraries)
    tree.file(`/usr/lib/x86_64-linux-gnu/${library}`, contentOf(packages, `${LIBRARY_DIRECTORY}/${library}`), 0o755);
  for (const [index, module] of modules.entries())
    tree.file(`/modules/${String(index).padStart(2, "0")}-${module.name}`, module.content);
  return tree;
}

function fillIn(script: string, os: string): string {
  const constants: Readonly<Record<string, string>> = {
    OS: os,
    VERITY_SALT,
    VERITY_DEVICE_NAME,
    SUPERBLOCK: String(VERITY_TREE_OFFSET / VERITY_BLOCK_SIZE),
    HASH_START: String(VERITY_TREE_OFFSET / VERITY_BLOCK_SIZE + 1),
  };
  return script.replaceAll(/@(\w+)@/g, (whole, name: string) => constants[name] ?? whole);
}

function contentOf(tree: FileTree, path: string): Uint8Array {
  let entry = tree.get(path);
  for (let hops = 0; entry?.kind === "link" && hops < 5; hops++) {
    path = entry.target.startsWith("/") ? entry.target : join(path, "..", entry.target);
    entry = tree.get(path);
  }
  if (entry?.kind !== "file")
    throw new IcosError("missing-program", `The packages hold no ${path}, which the initramfs needs.`);
  return entry.content;
}
