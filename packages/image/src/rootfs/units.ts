import { IcosError } from "@icos/system";
import type { FileTree } from "./file-tree.ts";

const UNIT_DIRECTORIES = ["/etc/systemd/system", "/usr/lib/systemd/system"];
const ENABLED = "/etc/systemd/system";

/** Does what `systemctl enable` would: links according to the unit's [Install] section. */
export function enableUnit(tree: FileTree, unit: string): void {
  const file = findUnit(tree, unit);
  const install = installSection(tree.text(file) ?? "");
  const instance = /^([^@]+@)[^.]+(\..+)$/.exec(unit);
  const wants = install.filter(({ key }) => key === "WantedBy").map(({ value }) => `${ENABLED}/${value}.wants/${unit}`);
  const requires = install
    .filter(({ key }) => key === "RequiredBy")
    .map(({ value }) => `${ENABLED}/${value}.requires/${unit}`);
  const aliases = install.filter(({ key }) => key === "Alias").map(({ value }) => `${ENABLED}/${value}`);
  const links = [...wants, ...requires, ...aliases];
  if (links.length === 0)
    throw new IcosError(
      "bad-component",
      `${unit} is to be enabled but has no [Install] section${instance ? " for an instance" : ""}.`,
    );
  for (const link of links) tree.link(link, file);
  for (const { key, value } of install) if (key === "Also") enableUnit(tree, value);
}

/** Does what `systemctl mask` would. */
export function maskUnit(tree: FileTree, unit: string): void {
  tree.remove(`${ENABLED}/${unit}`);
  tree.link(`${ENABLED}/${unit}`, "/dev/null");
}

function findUnit(tree: FileTree, unit: string): string {
  const template = unit.replace(/@[^.]+\./, "@.");
  for (const name of [unit, template])
    for (const directory of UNIT_DIRECTORIES)
      if (tree.get(`${directory}/${name}`)?.kind === "file") return `${directory}/${name}`;
  throw new IcosError("bad-component", `The image has no unit ${unit}.`);
}

function installSection(text: string): { readonly key: string; readonly value: string }[] {
  const entries: { key: string; value: string }[] = [];
  let section = "";
  for (const line of text.split("\n")) {
    const header = /^\[(.+)\]$/.exec(line.trim());
    if (header) section = header[1] ?? "";
    else if (section === "Install") {
      const [key = "", values = ""] = line.split("=", 2);
      for (const value of values.split(/\s+/).filter(Boolean)) entries.push({ key: key.trim(), value });
    }
  }
  return entries;
}

/** Names of all units that something in the image starts by itself (for `icos image inspect`). */
export function enabledUnits(paths: readonly string[]): string[] {
  const units = new Set<string>();
  for (const path of paths) {
    const match = /\/systemd\/system\/[^/]+\.(?:wants|requires)\/([^/]+)$/.exec(path);
    if (match?.[1]) units.add(match[1]);
  }
  return [...units].sort();
}
