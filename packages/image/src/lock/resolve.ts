import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IcosError, type Exec } from "@icos/system";
import type { Mirrors } from "../settings.ts";
import type { LockedPackage } from "./package-lock.ts";
import type { PackageSet } from "./package-sets.ts";

/** Firmware of processors and network cards is not free software. */
const COMPONENTS = ["main", "non-free-firmware"];
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** An apt of its own: own lists, own (empty) package status, signatures checked against Debian's keyring. */
export interface PrivateApt {
  update(): Promise<void>;
  /** All packages that `set` needs, with everything the lock records. */
  resolve(set: PackageSet): Promise<readonly LockedPackage[]>;
}

export async function createPrivateApt(root: string, suite: string, mirrors: Mirrors, exec: Exec): Promise<PrivateApt> {
  for (const directory of [
    "etc/apt/apt.conf.d",
    "etc/apt/preferences.d",
    "var/lib/apt/lists/partial",
    "var/cache/apt/archives/partial",
    "var/lib/dpkg",
  ])
    await mkdir(join(root, directory), { recursive: true });
  const status = join(root, "var/lib/dpkg/status");
  await writeFile(status, "");
  const sources = [
    [mirrors.debian, suite],
    [mirrors.debian, `${suite}-updates`],
    [mirrors.security, `${suite}-security`],
  ] as const;
  await writeFile(
    join(root, "etc/apt/sources.list"),
    sources.map(([url, name]) => `deb [signed-by=${KEYRING}] ${url} ${name} ${COMPONENTS.join(" ")}\n`).join(""),
  );
  const options = [
    `Dir=${root}`,
    `Dir::State::status=${status}`,
    "APT::Architecture=amd64",
    "APT::Architectures::=amd64",
    "APT::Install-Recommends=false",
    "APT::Sandbox::User=",
    "Acquire::Languages=none",
  ].flatMap((option) => ["-o", option]);
  return {
    update: async () => {
      await exec.run(["apt-get", ...options, "update"]).catch((cause: unknown) => {
        throw new IcosError("package-lists-unavailable", "The lists of the Debian archive could not be fetched.", {
          next: "Check the network and the mirrors (ICOS_DEBIAN_MIRROR), then run the command again.",
          cause,
        });
      });
    },
    resolve: async (set) => {
      const wanted = [...(set.essential ? ["?essential"] : []), ...set.include];
      const plan = await exec
        .run(["apt-get", ...options, "--print-uris", "-y", "install", ...wanted])
        .catch((cause: unknown) => {
          throw new IcosError("unresolvable-packages", `The packages of "${set.name}" cannot be installed together.`, {
            cause,
          });
        });
      const pins = parsePlan(plan.stdout.toString()).filter(({ name }) => !set.exclude.includes(name));
      const records = await exec.run([
        "apt-cache",
        ...options,
        "show",
        ...pins.map(({ name, version }) => `${name}=${version}`),
      ]);
      return parseRecords(records.stdout.toString(), pins, mirrors);
    },
  };
}

interface Pin {
  readonly name: string;
  readonly version: string;
  readonly url: string;
}

/** Lines of `apt-get --print-uris`: `'URL' NAME_VERSION_ARCH.deb SIZE HASH`. */
function parsePlan(text: string): Pin[] {
  const pins: Pin[] = [];
  for (const line of text.split("\n")) {
    const match = /^'([^']+)' ([^_ ]+)_([^_ ]+)_[^ ]+ \d+ /.exec(line);
    if (match) pins.push({ url: match[1] ?? "", name: match[2] ?? "", version: decodeURIComponent(match[3] ?? "") });
  }
  return pins;
}

function parseRecords(text: string, pins: readonly Pin[], mirrors: Mirrors): LockedPackage[] {
  const wanted = new Map(pins.map((pin) => [`${pin.name}=${pin.version}`, pin]));
  const found = new Map<string, LockedPackage>();
  for (const stanza of text.split("\n\n")) {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
    const key = `${field("Package")}=${field("Version")}`;
    const pin = wanted.get(key);
    if (!pin || found.has(key)) continue;
    found.set(key, {
      name: field("Package"),
      version: field("Version"),
      architecture: field("Architecture") === "all" ? "all" : "amd64",
      source: pin.url.startsWith(`${mirrors.security}/`) ? "security" : "debian",
      path: field("Filename"),
      size: Number(field("Size")),
      sha256: field("SHA256"),
    });
  }
  const missing = [...wanted.keys()].filter((key) => !found.has(key));
  if (missing.length > 0)
    throw new IcosError("unresolvable-packages", `The archive describes no package ${missing.join(", ")}.`);
  return [...found.values()];
}
