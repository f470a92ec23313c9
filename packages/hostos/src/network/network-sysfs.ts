import { access, readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";

/** `/sys/class/net`, as far as choosing a network card needs it. What is not there or cannot be read is `undefined`. */
export interface NetworkSysfs {
  names(): Promise<readonly string[]>;
  /** An attribute without the white space around it; the kernel refuses some while a link is down. */
  attribute(card: string, name: string): Promise<string | undefined>;
  /** Whether the card has this entry (`wireless`, `device`). */
  has(card: string, entry: string): Promise<boolean>;
  /** The last part of what a link names (`master` -> `br6`). */
  target(card: string, link: string): Promise<string | undefined>;
}

export function networkSysfs(sys = "/sys"): NetworkSysfs {
  const path = (...parts: readonly string[]): string => join(sys, "class/net", ...parts);
  return {
    names: () => readdir(path()).catch(() => []),
    attribute: (card, name) =>
      readFile(path(card, name), "utf8").then(
        (text) => text.trim(),
        () => undefined,
      ),
    has: (card, entry) =>
      access(path(card, entry)).then(
        () => true,
        () => false,
      ),
    target: (card, link) =>
      readlink(path(card, link)).then(
        (to) => basename(to),
        () => undefined,
      ),
  };
}
