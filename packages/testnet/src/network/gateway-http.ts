import { request, type IncomingHttpHeaders } from "node:http";
import { connect as connectTls } from "node:tls";
import { IcosError, describeError } from "@icos/system";
import type { GatewayClient } from "./gateway-client.ts";

export interface GatewayResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface GatewayGetOptions {
  /** Milliseconds for the whole exchange; 10 s unless told. */
  readonly timeout?: number | undefined;
  /** Bytes of the body at most; 16 MiB unless told. */
  readonly limit?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * One HTTP GET to `http://[ipv6]:port/…` or `https://…` inside the testnet. Any status resolves; no answer is
 * `gateway-http-failed`. Certificates are not looked at: nodes sign their own, and their addresses are the testnet's.
 */
export async function httpGetThroughGateway(
  gateway: GatewayClient,
  url: string,
  { timeout = 10_000, limit = 16 * 1024 * 1024, headers = {} }: GatewayGetOptions = {},
): Promise<GatewayResponse> {
  const { protocol, hostname, port, pathname, search, host } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") throw failed(url, "only http and https are spoken");
  const signal = AbortSignal.timeout(timeout);
  try {
    const target = {
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port),
    };
    const tunnel = await gateway.connect(target, { signal });
    const stream = protocol === "http:" ? tunnel : connectTls({ socket: tunnel, rejectUnauthorized: false });
    return await new Promise<GatewayResponse>((resolve, reject) => {
      const outgoing = request({
        createConnection: () => stream,
        path: pathname + search,
        headers: { ...headers, host, connection: "close" },
        signal,
      });
      stream.on("error", reject);
      outgoing.on("error", reject);
      outgoing.on("response", (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > limit) response.destroy(new Error(`the answer is longer than ${limit} bytes`));
        });
        response.on("error", reject);
        response.on("end", () => {
          stream.destroy();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      outgoing.end();
    });
  } catch (error) {
    throw failed(url, signal.aborted ? `no answer within ${timeout} ms` : describeError(error), error);
  }
}

function failed(url: string, why: string, cause?: unknown): IcosError {
  return new IcosError("gateway-http-failed", `GET ${url} failed: ${why}.`, { details: { url }, cause });
}
