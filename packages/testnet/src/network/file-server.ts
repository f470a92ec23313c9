import { constants } from "node:fs";
import { open, realpath, type FileHandle } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseRange } from "./byte-range.ts";
import { listenTcp, type Listener } from "./listener.ts";

export interface FileServerOptions {
  readonly address: string;
  readonly port: number;
  /** Served read-only; links that lead out of it are not followed. */
  readonly directory: string;
}

/** Serves the regular files of a directory over HTTP: GET, HEAD, single ranges, ETag. No listings. */
export async function startFileServer({ address, port, directory }: FileServerOptions): Promise<Listener> {
  const root = await realpath(directory);
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    serve(root, request, response).catch(() => response.destroy());
  });
  server.maxConnections = 256;
  return listenTcp(server, address, port);
}

async function serve(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405, { allow: "GET, HEAD" });
  const file = await openWithin(root, request.url ?? "");
  if (!file) return refuse(response, 404);
  try {
    await serveFile(file, request, response);
  } finally {
    await file.close();
  }
}

async function serveFile(file: FileHandle, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { size, mtimeNs, ino } = await file.stat({ bigint: true });
  const etag = `"${[size, mtimeNs, ino].map((part) => part.toString(36)).join("-")}"`;
  const { headers } = request;
  if (matches(headers["if-none-match"], etag)) return refuse(response, 304, { etag });
  const ifRange = headers["if-range"];
  const header = ifRange === undefined || ifRange === etag ? headers.range : undefined;
  const range = parseRange(header, Number(size));
  if (range.kind === "unsatisfiable") return refuse(response, 416, { "content-range": `bytes */${size}` });
  const { start, end } = range.kind === "part" ? range : { start: 0, end: Number(size) - 1 };
  response.writeHead(range.kind === "part" ? 206 : 200, {
    "content-type": "application/octet-stream",
    "content-length": end - start + 1,
    "accept-ranges": "bytes",
    etag,
    ...(range.kind === "part" ? { "content-range": `bytes ${start}-${end}/${size}` } : {}),
  });
  if (request.method === "HEAD" || end < start) return void response.end();
  await pipeline(file.createReadStream({ start, end, autoClose: false }), response);
}

/** The regular file that a request's target names, if it is within `root` (an already resolved path). */
async function openWithin(root: string, target: string): Promise<FileHandle | undefined> {
  const path = decodePath(target.split(/[?#]/)[0] ?? "");
  if (path === undefined) return undefined;
  let file: FileHandle | undefined;
  try {
    // O_NONBLOCK: opening a named pipe must not wait for its writer.
    file = await open(join(root, path), constants.O_RDONLY | constants.O_NONBLOCK);
    const actual = await realpath(`/proc/self/fd/${file.fd}`);
    if (actual.startsWith(root + sep) && (await file.stat()).isFile()) return file;
  } catch {
    // Not there, not readable: all the same to the client.
  }
  await file?.close();
  return undefined;
}

function decodePath(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.includes("\0") || decoded.split("/").includes("..") ? undefined : decoded;
  } catch {
    return undefined;
  }
}

function matches(header: string | undefined, etag: string): boolean {
  return header?.split(",").some((one) => one.trim() === etag || one.trim() === "*") ?? false;
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers).end();
}
