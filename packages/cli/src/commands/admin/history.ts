import { IcosError } from "@icos/system";
import type { CliContext } from "../../context.ts";
import type { AdminHistory } from "../../schemas/admin.ts";
import type { ReadOptions } from "./options.ts";
import { isoTime, readCertified } from "./certified.ts";
import { changesText, describeChange } from "./changes.ts";
import { openTarget } from "./target.ts";

/** `icos admin history KEY`. */
export async function adminHistory(context: CliContext, key: string, options: ReadOptions): Promise<void> {
  const history = await readCertified(context, await openTarget(context, options));
  const values = history.keyHistory(key);
  if (values.length === 0)
    throw new IcosError("record-absent", `No version of the registry has the key ${key}.`, {
      next: "`icos admin get nodes --json` and the like show keys.",
    });
  const versions = values.map(({ version, time, value }, index) => ({
    version,
    time: isoTime(time),
    ...describeChange(key, values[index - 1]?.value, value),
  }));
  const report: AdminHistory = { certified: true, registryVersion: history.latestVersion, key, versions };
  if (options.json) return context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  context.out(versions.map((each) => `version ${each.version}, ${each.time}\n${changesText([each])}`).join("\n"));
}
