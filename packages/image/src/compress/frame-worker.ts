import { parentPort } from "node:worker_threads";
import { constants, zstdCompressSync } from "node:zlib";
import type { FrameRequest } from "./frames.ts";

parentPort?.on("message", ({ bytes, level }: FrameRequest) => {
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
  parentPort?.postMessage(zstdCompressSync(bytes, { params }));
});
