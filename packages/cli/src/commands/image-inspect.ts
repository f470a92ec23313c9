import { inspectImage } from "@icos/image";
import type { CliContext } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { renderTable } from "../output/table.ts";
import type { ImageInspect } from "../schemas/image.ts";

export async function imageInspect(
  context: CliContext,
  file: string,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const found = await inspectImage(file);
  const { boot, root } = found;
  const report: ImageInspect = {
    file: found.file,
    kind: found.kind,
    size: found.size,
    partitions: found.partitions.map(({ number, name, start, size, guid }) => ({ number, name, start, size, guid })),
    boot: boot ? { ...boot, commandLines: { ...boot.commandLines } } : null,
    root: root
      ? {
          ...root,
          packages: root.packages.map(({ name, version }) => ({ name, version })),
          units: { enabled: [...root.units.enabled], masked: [...root.units.masked] },
        }
      : null,
    consistent: found.consistent,
  };
  context.out(json ? `${JSON.stringify(report, undefined, 2)}\n` : inspectText(report));
  if (!report.consistent) throw new ExitWith(1); // fails closed: a script need not read the report
}

function inspectText(report: ImageInspect): string {
  const { boot, root } = report;
  const facts: [string, string][] = [
    ["file", report.file],
    ["kind", report.kind],
    ["size", megabytes(report.size)],
  ];
  if (root)
    facts.push(
      ["version", `${root.version} (${root.variant})`],
      ["root hash", `${root.rootHash}${root.treeIntact ? "" : ", AND THE STORED HASH TREE IS ANOTHER"}`],
      ["root", megabytes(root.size)],
      ["kernel", root.kernelVersion],
    );
  if (boot)
    facts.push(
      ["vmlinuz", `${megabytes(boot.kernel.size)}, sha256 ${boot.kernel.sha256}`],
      ["initrd", `${megabytes(boot.initrd.size)}, sha256 ${boot.initrd.sha256}`],
      ["boots with", boot.commandLines.A],
      ["expects", `root hash ${boot.rootHash}`],
    );
  facts.push(["consistent", report.consistent ? "yes" : "NO: the kernel would refuse this root file system"]);
  const sections = [facts.map(([key, value]) => `${key.padEnd(12)}${value}\n`).join("")];
  if (report.partitions.length > 0)
    sections.push(
      renderTable(
        ["PARTITION", "NAME", "START", "SIZE", "GUID"],
        report.partitions.map((each) => [
          String(each.number),
          each.name,
          megabytes(each.start),
          megabytes(each.size),
          each.guid,
        ]),
      ),
    );
  if (root) {
    const units = [`enabled units: ${root.units.enabled.join(" ")}`, `masked units: ${root.units.masked.join(" ")}`];
    sections.push(`${units.join("\n")}\n`);
    sections.push(
      renderTable(
        [`PACKAGE (${root.packages.length})`, "VERSION"],
        root.packages.map((p) => [p.name, p.version]),
      ),
    );
  }
  return sections.join("\n");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
