import { spawn } from "node:child_process";
import { once } from "node:events";
import { IcosError } from "@icos/system";
import type { LockedPackage } from "../lock/package-lock.ts";
import type { ContentStore } from "../store/content-store.ts";
import type { ToolsTree } from "../tools/tools-tree.ts";
import { FileTree } from "./file-tree.ts";
import { readTarInto } from "./tar.ts";

/** What an image never holds, whatever its packages bring. */
const UNWANTED = [
  /^\/usr\/share\/(doc|man|info|locale|lintian|bug|bash-completion|zsh|fish|doc-base|gcc|gdb|perl5|initramfs-tools|polkit-1|dbus-1|pkgconfig|menu|pixmaps|icons|applications|i18n|common-licenses|reportbug|apport)(\/|$)/,
  /^\/usr\/(include|games|src)(\/|$)/,
  /^\/etc\/(apt|cron\.[a-z]+|init\.d|rc\d?\.d|rcS\.d|logrotate\.d|kernel|initramfs-tools|default|update-motd\.d|skel|xdg|sv|apparmor\.d|ppp|network|dhcp|binfmt\.d|init)(\/|$)/,
  /^\/(boot|media|mnt|opt|srv|home)(\/.*)?$/,
  /^\/var\/(cache|backups|mail|spool|local|opt)(\/|$)/,
  /^\/usr\/lib\/x86_64-linux-gnu\/gconv(\/|$)/,
  /^\/usr\/lib\/(locale|pcrlkeys|sysupdate\.d)(\/|$)/,
  /^\/usr\/lib\/udev\/hwdb\.d(\/|$)/,
  /\.(a|la)$/,
];

/**
 * Unpacks packages in the order of the lock without running their maintainer scripts: no Perl, no dpkg, no secrets
 * made at install time, and the result depends on the packages alone.
 */
export async function unpackPackages(
  packages: readonly LockedPackage[],
  store: ContentStore,
  tools: ToolsTree,
): Promise<FileTree> {
  const tree = new FileTree();
  const first = packages.filter(({ name }) => name === "base-files"); // brings /bin -> usr/bin and its like
  const rest = packages.filter(({ name }) => name !== "base-files");
  for (const entry of [...first, ...rest]) await unpackPackage(tree, store.pathOf(entry.sha256), entry.name, tools);
  tree.removeWhere((path) => UNWANTED.some((pattern) => pattern.test(path)));
  return tree;
}

async function unpackPackage(tree: FileTree, file: string, name: string, tools: ToolsTree): Promise<void> {
  const [program = "", ...args] = tools.wrap(["dpkg-deb", "--fsys-tarfile", file]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "close");
  await readTarInto(tree, child.stdout);
  const [code] = (await exited) as [number | null];
  if (code !== 0) throw new IcosError("bad-package", `${name} could not be unpacked (dpkg-deb exited with ${code}).`);
}
