import { reproduceOs, type OsName } from "@icos/image";
import { IcosError } from "@icos/system";
import type { CliContext } from "../context.ts";
import { stderrProgress } from "../output/progress.ts";
import type { ImageReproduce } from "../schemas/image.ts";

/** Fails (`not-reproducible`) when the two builds differ, after it has reported how. */
export async function imageReproduce(
  context: CliContext,
  os: OsName,
  { variant, json }: { readonly variant: "prod" | "dev"; readonly json?: boolean },
): Promise<void> {
  const progress = stderrProgress();
  const found = await reproduceOs(os, { variant, observe: progress.observe, signal: context.signal }).finally(() =>
    progress.end(),
  );
  const { difference } = found;
  const report: ImageReproduce = {
    os,
    variant,
    identical: found.identical,
    version: found.version,
    rootHash: found.rootHash,
    updateImageSha256: [...found.updateImageSha256],
    conditions: [...found.conditions],
    difference: difference
      ? { artefact: difference.artefact, offset: difference.offset ?? null, file: difference.file ?? null }
      : null,
  };
  if (json) context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else context.out(reproduceText(report));
  if (!report.identical)
    throw new IcosError("not-reproducible", `Two builds of ${os} ${report.version} are not the same.`, {
      next: "The first difference is named above.",
    });
}

function reproduceText({
  os,
  identical,
  version,
  rootHash,
  updateImageSha256,
  conditions,
  difference,
}: ImageReproduce): string {
  const lines = [
    `${os} ${version}: ${identical ? "identical, bit for bit" : "NOT identical"}`,
    `root hash     ${rootHash}`,
    `update image  ${updateImageSha256[0]}`,
    ...(identical ? [] : [`second build  ${updateImageSha256[1]}`]),
    ...conditions.map((condition) => `differed in   ${condition}`),
  ];
  if (difference) {
    const at = difference.offset === null ? "in size" : `at byte ${difference.offset}`;
    lines.push(`first difference: ${difference.artefact} ${at}${difference.file ? `, file ${difference.file}` : ""}`);
  }
  return `${lines.join("\n")}\n`;
}
