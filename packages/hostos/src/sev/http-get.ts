import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { IcosError } from "@icos/system";
import { connectThroughSocks5, type Endpoint } from "./socks5.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface HttpGetOptions {
  /** Milliseconds for everything. */
  readonly timeout: number;
  /** Bytes; a longer answer is refused. */
  readonly mostBytes: number;
  readonly proxy?: Endpoint | undefined;
  /** PEM: the only authority for HTTPS; Node's own unless told. */
  readonly authority?: string | undefined;
}

/**
 * One GET, without following redirections; of any status.
 * @throws IcosError `http-unreachable`, `http-too-long`, or what the proxy said
 */
export async function httpGet(url: URL, options: HttpGetOptions): Promise<HttpAnswer> {
  const { timeout, mostBytes, proxy, authority } = options;
  const signal = AbortSignal.timeout(timeout);
  const secure = url.protocol === "https:";
  const port = Number(url.port) || (secure ? 443 : 80);
  const tunnel = proxy && (await connectThroughSocks5(proxy, { host: bareHost(url), port }, signal));
  try {
    const send = secure ? httpsRequest : httpRequest;
    const outgoing = send(url, {
      signal,
      headers: { "user-agent": "icos", accept: "*/*" },
      ...(authority === undefined ? {} : { ca: authority }),
      // Node asks for a connection of one's own only where there is no agent.
      ...(tunnel
        ? { createConnection: () => (secure ? secured(tunnel, url, authority) : tunnel) }
        : { agent: false as const }),
    });
    outgoing.end();
    const [incoming] = (await once(outgoing, "response", { signal })) as [IncomingMessage];
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await readBody(incoming, mostBytes) };
  } catch (cause) {
    if (cause instanceof IcosError) throw cause;
    const why = signal.aborted ? ` within ${Math.round(timeout / 1000)} s` : "";
    throw new IcosError("http-unreachable", `${url.host} did not answer${why}.`, { cause });
  } finally {
    tunnel?.destroy();
  }
}

async function readBody(incoming: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) {
      throw new IcosError("http-too-long", `The answer has more than ${mostBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function secured(socket: Socket, url: URL, authority: string | undefined) {
  const host = bareHost(url);
  return connectTls({ socket, servername: host, ...(authority === undefined ? {} : { ca: authority }) });
}

/** An IPv6 address without its brackets. */
function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
