import { IcosError, parseJson } from "@icos/system";
import * as v from "valibot";

const Name = v.pipe(v.string(), v.regex(/^nvme\d{1,4}(?:c\d{1,4})?n\d{1,6}$/, "not the name of an NVMe namespace"));
const Path = v.pipe(
  v.string(),
  v.startsWith("/dev/"),
  v.transform((path) => path.slice("/dev/".length)),
  Name,
);

/** Up to version 2.10 of nvme-cli, and again from 2.13: one entry for each namespace. */
const Flat = v.object({ DevicePath: Path });

/** Versions 2.11 and 2.12 of nvme-cli: namespaces below their controllers, or below their subsystem when it is shared. */
const Namespaces = v.optional(v.array(v.object({ NameSpace: Name })), []);
const Nested = v.object({
  Subsystems: v.array(v.object({ Controllers: v.optional(v.array(v.object({ Namespaces })), []), Namespaces })),
});

const NvmeList = v.object({ Devices: v.optional(v.array(v.union([Flat, Nested])), []) });

/**
 * The names of the namespaces (`nvme0n1`) that `nvme list -o json` names, in its order and each once. A machine without
 * NVMe gives an empty list or no text at all. Throws `nvme-list-invalid`.
 */
export function parseNvmeList(text: string): readonly string[] {
  if (text.trim() === "") return [];
  const { Devices } = parseJson(NvmeList, text, { code: "nvme-list-invalid", name: "The output of `nvme list`" });
  const names = Devices.flatMap((device) => {
    if ("DevicePath" in device) return [device.DevicePath];
    return device.Subsystems.flatMap(({ Controllers, Namespaces }) =>
      [...Controllers.flatMap((controller) => controller.Namespaces), ...Namespaces].map(({ NameSpace }) => NameSpace),
    );
  });
  return [...new Set(names)];
}

/** The version in the first line of `nvme version`: "nvme version 2.13 (git 2.13)". Throws `nvme-version-invalid`. */
export function parseNvmeVersion(text: string): string {
  const version = /^nvme(?:-cli)? version (\d+(?:\.\d+)*\S*)/.exec(text)?.[1];
  if (version !== undefined) return version;
  throw new IcosError("nvme-version-invalid", "The output of `nvme version` does not tell the version of nvme-cli.");
}
