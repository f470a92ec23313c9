import { hash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemErrorCode } from "@icos/system";

const DIRECTORY = join(import.meta.dirname, "../corpus");

/** The inputs that are kept of a target: one line of base64 each, so that a change of them can be read. */
export async function readCorpus(name: string): Promise<readonly Uint8Array[]> {
  const text = await readFile(corpusFile(name), "utf8").catch((error: unknown) => {
    if (systemErrorCode(error) === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => (line === "" ? [] : [Buffer.from(line, "base64")]));
}

/** Replaces what is kept. The order does not depend on when an input was found. */
export async function writeCorpus(name: string, inputs: readonly Uint8Array[]): Promise<void> {
  const lines = new Set(inputs.map((input) => Buffer.from(input).toString("base64")));
  lines.delete("");
  const sorted = [...lines].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  await writeFile(corpusFile(name), sorted.map((line) => `${line}\n`).join(""));
}

/** Lays inputs out as the fuzzer reads them: a file each. */
export async function unpackCorpus(inputs: readonly Uint8Array[], directory: string): Promise<void> {
  for (const input of inputs) await writeFile(join(directory, hash("sha1", input)), input);
}

/** The inputs in a directory of the fuzzer. */
export async function packCorpus(directory: string): Promise<readonly Uint8Array[]> {
  return Promise.all((await readdir(directory)).map((file) => readFile(join(directory, file))));
}

function corpusFile(name: string): string {
  return join(DIRECTORY, `${name}.txt`);
}
