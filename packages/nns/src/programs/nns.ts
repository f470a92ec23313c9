import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { createLogger, describeError, IcosError, parseWith, systemClock } from "@icos/system";
import * as v from "valibot";
import { startNns } from "../start.ts";

const USAGE = "nns --dir DIRECTORY [--init FILE] --listen-host HOST --listen-port PORT";
const Arguments = v.strictObject({
  dir: v.pipe(v.string(), v.nonEmpty()),
  init: v.optional(v.string()),
  "listen-host": v.pipe(v.string(), v.nonEmpty()),
  "listen-port": v.pipe(v.string(), v.digits(), v.transform(Number), v.maxValue(65_535)),
});

const logger = createLogger(process.stderr, { journal: false, name: "nns" });

async function main(): Promise<void> {
  const options = readArguments();
  const stopped = new Promise<string>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  const nns = await startNns({
    directory: options.dir,
    init: options.init === undefined ? undefined : await readFile(options.init, "utf8"),
    listen: { host: options["listen-host"], port: options["listen-port"] },
    clock: systemClock,
    logger,
  });
  const ready = { ready: true, rootKey: Buffer.from(nns.rootKey).toString("hex"), url: nns.url };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  logger.log("info", `stopping on ${await stopped}`);
  await nns.close();
}

function readArguments(): v.InferOutput<typeof Arguments> {
  const option = { type: "string" } as const;
  const what = { code: "nns-usage", name: "The command line", next: `Usage: ${USAGE}` };
  try {
    const { values } = parseArgs({
      options: { dir: option, init: option, "listen-host": option, "listen-port": option },
    });
    return parseWith(Arguments, { ...values }, what);
  } catch (cause) {
    if (cause instanceof IcosError) throw cause;
    throw new IcosError(what.code, `${describeError(cause)}.`, { next: what.next, cause });
  }
}

try {
  await main();
} catch (error) {
  const next = error instanceof IcosError && error.next !== undefined ? ` ${error.next}` : "";
  logger.log("error", `${describeError(error)}${next}`, error instanceof IcosError ? { code: error.code } : {});
  process.exitCode = error instanceof IcosError && error.code === "nns-usage" ? 2 : 1;
}
