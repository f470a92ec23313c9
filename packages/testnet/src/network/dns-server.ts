import { createServer, type Server, type Socket } from "node:net";
import { answerDns } from "./dns-answer.ts";
import type { DnsZone } from "./dns-zone.ts";
import { answerUdp, listenTcp, type Listener } from "./listener.ts";

export interface DnsServerOptions {
  readonly address: string;
  /** UDP and TCP; 0 takes a free one. */
  readonly port: number;
  readonly zone: DnsZone;
}

const TCP_IDLE_MS = 10_000;
const TCP_CONNECTIONS = 64;

/** Answers on UDP and TCP (two length bytes before each message, RFC 1035 section 4.2.2) at one address. */
export async function startDnsServer({ address, port, zone }: DnsServerOptions): Promise<Listener> {
  const tcp = await listenTcp(tcpServer(zone), address, port);
  try {
    const udp = await answerUdp(address, tcp.port, (message) => answerDns(zone, message));
    return { port: tcp.port, close: async () => void (await Promise.all([tcp.close(), udp.close()])) };
  } catch (error) {
    await tcp.close();
    throw error;
  }
}

function tcpServer(zone: DnsZone): Server {
  const server = createServer((socket) => serveStream(zone, socket));
  server.maxConnections = TCP_CONNECTIONS;
  return server;
}

function serveStream(zone: DnsZone, socket: Socket): void {
  let pending = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const answer = answerDns(zone, pending.subarray(2, end));
      pending = pending.subarray(end);
      if (!answer) {
        socket.destroy();
        return;
      }
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    }
  });
}
