import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { loadDump, readDump, writeDump } from "@icos/nns";
import { CertifiedDeltas } from "@icos/registry";
import { describeError, IcosError, systemClock } from "@icos/system";
import { findTestnet, noSuchTestnet } from "@icos/testnet";
import type { CliContext } from "../../context.ts";
import { chooseTestnet } from "../find-testnet.ts";
import type { DumpOptions, LoadOptions } from "./register-dump.ts";
import { openTarget } from "./target.ts";

/** `icos admin dump`. */
export async function adminDump(context: CliContext, { out, json, ...options }: DumpOptions): Promise<void> {
  if (json && out === undefined) throw new IcosError("usage", "--json goes with --out: the dump itself is JSON.");
  const target = await openTarget(context, options);
  const { history, certificate } = await target.client.snapshot();
  const { certifiedData } = new CertifiedDeltas(history);
  const pieces = writeDump({ history, rootKey: target.rootKey, certifiedData, certificate });
  if (out === undefined) {
    for (const piece of pieces) context.out(piece);
    return;
  }
  await writePieces(out, pieces);
  const { latestVersion: version } = history;
  const report = { file: out, version, certifiedData: Buffer.from(certifiedData).toString("hex") };
  if (json) context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else context.err(`${out} holds registry version ${version}, as certified.\n`);
}

/** `icos admin load FILE`. */
export async function adminLoad(context: CliContext, file: string, options: LoadOptions): Promise<void> {
  const dump = readDump(await readText(file, "dump-unreadable"), file);
  const directory = await directoryOf(context, options);
  const init = options.init === undefined ? undefined : await readText(options.init, "nns-init-unreadable");
  const question = `Put version ${dump.history.latestVersion} of ${file} in place of the registry in ${directory}?`;
  if (!options.yes && context.interactive && !(await confirm(question)))
    throw new IcosError("not-confirmed", "Nothing was changed.");
  const { version, replaced, violations } = await loadDump({ directory, dump, init, clock: systemClock });
  const backup = replaced?.backup ?? null;
  const certifiedData = Buffer.from(dump.certifiedData).toString("hex");
  if (options.json)
    context.out(`${JSON.stringify({ directory, version, certifiedData, backup, violations }, undefined, 2)}\n`);
  else
    context.err(
      `${directory} holds registry version ${version} now.${backup ? ` The one before is ${backup}.` : ""}\n`,
    );
  if (replaced?.version !== undefined && replaced.version > version)
    context.err(
      `Note: nodes that have followed the registry to version ${replaced.version} do not go back by themselves.\n`,
    );
  for (const { invariant, message } of violations) context.err(`Note: it breaks invariant ${invariant}: ${message}\n`);
}

async function directoryOf(context: CliContext, { testnet, directory, init }: LoadOptions): Promise<string> {
  if (directory !== undefined) {
    if (testnet !== undefined) throw new IcosError("usage", "--testnet and --directory exclude each other.");
    return directory;
  }
  if (init !== undefined) throw new IcosError("usage", "--init goes with --directory: a testnet has its own.");
  const directories = await chooseTestnet(context, testnet);
  const present = await findTestnet(directories);
  if (present.kind === "absent") throw noSuchTestnet(directories.name);
  if (present.kind === "running")
    throw new IcosError("testnet-running", `Testnet "${directories.name}" is running.`, {
      next: `Stop it first: \`icos testnet stop ${directories.name}\`.`,
    });
  return directories.nns;
}

async function writePieces(file: string, pieces: Iterable<string>): Promise<void> {
  try {
    const stream = createWriteStream(file, { flags: "w", mode: 0o644 });
    const done = finished(stream);
    for (const piece of pieces) if (!stream.write(piece)) await Promise.race([once(stream, "drain"), done]);
    stream.end();
    await done;
  } catch (cause) {
    throw new IcosError("dump-unwritable", `The dump cannot be written: ${describeError(cause)}.`, {
      place: { file },
      cause,
    });
  }
}

async function readText(file: string, code: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new IcosError(code, `The file cannot be read: ${describeError(cause)}.`, { place: { file }, cause });
  }
}

async function confirm(message: string): Promise<boolean> {
  const prompts = await import("@clack/prompts");
  return (await prompts.confirm({ message, output: process.stderr })) === true;
}
