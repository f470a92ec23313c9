import { spawn } from "node:child_process";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { IcosError, systemErrorCode } from "@icos/system";
import { ByteReader } from "./byte-reader.ts";

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * The content of a stream that may be compressed with zstd (recognised by its first bytes); other streams pass
 * unchanged. Done by Node, or by `command` when given, e.g. `["zstd", "-dcq"]`, which is faster on several cores.
 * Throws `update-image-invalid` when it cannot be decompressed.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  command?: readonly string[],
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source);
  try {
    const start = Buffer.from(await reader.takeAll(MAGIC.length));
    reader.unread(start);
    if (!start.equals(MAGIC)) yield* reader.rest();
    else if (command === undefined) yield* withNode(reader.rest());
    else yield* withCommand(reader.rest(), command);
  } finally {
    await reader.close();
  }
}

async function* withNode(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const zstd = createZstdDecompress({ chunkSize: 256 * 1024 });
  const done = feed(source, zstd);
  try {
    for await (const chunk of zstd) yield chunk;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined || !/^Z(STD)?_/.test(code)) throw error;
    throw new IcosError("update-image-invalid", `The update image cannot be decompressed: ${String(error)}.`, {
      next: "Fetch the image again.",
      cause: error,
    });
  } finally {
    zstd.destroy();
    await done;
  }
}

async function* withCommand(
  source: AsyncIterable<Uint8Array>,
  [program = "", ...args]: readonly string[],
): AsyncGenerator<Uint8Array> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const stderr: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const exit = new Promise<string | undefined>((resolve) => {
    child.on("close", (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? code}`));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) =>
      reject(new IcosError("command-failed", `${program} could not be run: ${cause.message}.`, { cause })),
    );
  });
  const fed = feed(source, child.stdin);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const failure = (await fed) ?? (await exit);
    if (failure instanceof Error) throw failure;
    if (failure !== undefined) {
      const why = Buffer.concat(stderr).toString().trim();
      throw new IcosError("update-image-invalid", `The update image cannot be decompressed: ${program} ${failure}.`, {
        next: "Fetch the image again.",
        details: { stderr: why },
      });
    }
  } finally {
    child.kill();
    child.stdin.destroy();
    await fed;
    await exit;
  }
}

/** Pipes the source in. The source's own error is the result; errors of the target show where it is read. */
async function feed(source: AsyncIterable<Uint8Array>, target: Writable): Promise<Error | undefined> {
  let failure: Error | undefined;
  async function* observed(): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
  await pipeline(Readable.from(observed()), target).catch(() => undefined);
  return failure;
}
