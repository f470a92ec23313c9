import { connect, type Socket } from "node:net";
import { get } from "node:https";
import { connect as connectTls } from "node:tls";
import { describeError, IcosError } from "@icos/system";
import { socks5Connect } from "./socks5.ts";

/** For hosts without IPv4: AMD's service has no IPv6 (upstream's proxy). */
export const SOCKS_PROXY = { host: "socks5.ic0.app", port: 1080 } as const;

const TIMEOUT_MS = 15_000;
const MAXIMUM_BYTES = 256 * 1024;

/** Downloads a small file over HTTPS: directly, and through the proxy when that fails. */
export async function downloadDirectlyOrByProxy(url: string, signal: AbortSignal): Promise<Buffer> {
  try {
    return await download(url, signal);
  } catch (first) {
    signal.throwIfAborted();
    const { hostname, port } = new URL(url);
    try {
      const socket = await openSocket(SOCKS_PROXY, signal);
      await socks5Connect(socket, hostname, Number(port || 443));
      return await download(url, signal, socket);
    } catch (second) {
      const message = `Directly: ${describeError(first)}; by the proxy ${SOCKS_PROXY.host}: ${describeError(second)}`;
      throw new IcosError("download-failed", message, { cause: second });
    }
  }
}

/** `through` is a connection that already leads to the server. */
async function download(url: string, outer: AbortSignal, through?: Socket): Promise<Buffer> {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(TIMEOUT_MS)]);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const servername = new URL(url).hostname;
  const options = through === undefined ? {} : { createConnection: () => connectTls({ socket: through, servername }) };
  const request = get(url, { signal, agent: false, ...options }, (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    if (response.statusCode !== 200) {
      response.resume();
      reject(new IcosError("download-failed", `${url} answered ${response.statusCode}.`));
      return;
    }
    response.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAXIMUM_BYTES) request.destroy(new IcosError("download-failed", `${url} is larger than expected.`));
      else chunks.push(chunk);
    });
    response.on("end", () => resolve(Buffer.concat(chunks)));
    response.on("error", reject);
  });
  request.on("error", reject);
  try {
    return await promise;
  } finally {
    through?.destroy();
  }
}

async function openSocket(to: { readonly host: string; readonly port: number }, outer: AbortSignal): Promise<Socket> {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(TIMEOUT_MS)]);
  const socket = connect(to);
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  socket.once("connect", () => resolve(socket)).once("error", reject);
  const stop = (): void => void socket.destroy(new Error("the proxy does not answer"));
  signal.addEventListener("abort", stop, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", stop));
}
