import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger, type Logger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import type { Command } from "../src/command.ts";
import type { CommandHandlers } from "../src/handlers.ts";
import type { ServerLimits } from "../src/limits.ts";
import type { HostTransport, IncomingConnection } from "../src/transport.ts";
import { NO_PAYLOAD, PROTOCOL_VERSION, type Payload } from "../src/response.ts";
import { serveVsock } from "../src/server.ts";
import { unixHostTransport } from "../src/unix-transport.ts";

export const GOOD_REQUEST = '{"sender_cid":3,"message":"GetHostOSVersion"}';
export const GOOD_RESPONSE = '{"Ok":{"HostOSVersion":"0.1.0"}}';

/** A server on a unix socket, with time that stands still. */
export class ServedChannel implements AsyncDisposable {
  readonly path: string;
  readonly clock: VirtualClock;
  /** What the handlers were asked. */
  readonly commands: Command[] = [];
  /** What the server has read, of all connections. */
  bytesRead = 0;
  readonly #directory: string;
  readonly #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  private constructor(directory: string, clock: VirtualClock) {
    this.#directory = directory;
    this.path = join(directory, "s");
    this.clock = clock;
  }

  static async start(
    options: {
      peerCid?: number;
      limits?: ServerLimits;
      logger?: Logger;
      handlers?: Partial<CommandHandlers>;
      /** What becomes of each connection on its way to the server. */
      incoming?: (connection: IncomingConnection) => IncomingConnection;
    } = {},
  ): Promise<ServedChannel> {
    const channel = new ServedChannel(await mkdtemp(join(tmpdir(), "vsock-")), new VirtualClock());
    const { promise, resolve } = Promise.withResolvers<void>();
    channel.#ended = serveVsock(
      {
        transport: counting(
          unixHostTransport(channel.path, options.peerCid ?? 3),
          (bytes) => {
            channel.bytesRead += bytes;
          },
          options.incoming,
        ),
        handlers: { ...channel.#handlers(), ...options.handlers },
        clock: channel.clock,
        logger: options.logger ?? silentLogger,
        limits: options.limits,
      },
      channel.#stop.signal,
      resolve,
    );
    await Promise.race([promise, channel.#ended]);
    return channel;
  }

  /** Connects, sends the text, leaves its side open, and resolves with everything that comes back. */
  async ask(text: string | Uint8Array): Promise<string> {
    const client = await this.connect();
    client.write(text);
    return readAll(client);
  }

  async connect(): Promise<Socket> {
    const client = connect({ path: this.path, allowHalfOpen: true });
    await once(client, "connect");
    return client;
  }

  /** Resolves when the server has. */
  stop(): Promise<void> {
    this.#stop.abort(new Error("The server stops."));
    return this.#ended;
  }

  /** Moves time once as many sleep as the test expects. */
  async passTime(milliseconds: number, sleepers: number): Promise<void> {
    while (this.clock.sleeping < sleepers) await new Promise((resolve) => setImmediate(resolve));
    this.clock.advance(milliseconds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.stop();
    while (await isPending(stopped)) this.clock.advance(60_000);
    await rm(this.#directory, { recursive: true, force: true });
  }

  #handlers(): CommandHandlers {
    const note =
      (payload: Payload) =>
      async (command: Command): Promise<Payload> => {
        this.commands.push(command);
        return payload;
      };
    return {
      "attach-hsm": note(NO_PAYLOAD),
      "detach-hsm": note(NO_PAYLOAD),
      upgrade: note(NO_PAYLOAD),
      notify: note(NO_PAYLOAD),
      "start-upgrade-guest-vm": note(NO_PAYLOAD),
      "guest-health": note(NO_PAYLOAD),
      GetVsockProtocol: note({ kind: "HostOSVsockVersion", version: PROTOCOL_VERSION }),
      GetHostOSVersion: note({ kind: "HostOSVersion", version: "0.1.0" }),
    };
  }
}

/** The same transport, which tells of each piece that the server reads. */
function counting(
  transport: HostTransport,
  onRead: (bytes: number) => void,
  incoming: (connection: IncomingConnection) => IncomingConnection = (connection) => connection,
): HostTransport {
  return {
    listen: (accepted) =>
      transport.listen((connection) => {
        const { peerCid, open } = incoming(connection);
        accepted({
          peerCid,
          open: (reading) =>
            open({
              buffer: reading.buffer,
              callback: (length, piece) => {
                onRead(length);
                return reading.callback(length, piece);
              },
            }),
        });
      }),
  };
}

/** Everything until the other side closes; empty when it was cut off. */
export async function readAll(client: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of client) pieces.push(piece as Buffer);
  } catch {
    // reset by the server: what came before counts
  }
  client.destroy();
  return Buffer.concat(pieces).toString();
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise<"pending">((resolve) => setImmediate(resolve, "pending"));
  return (await Promise.race([promise, turn])) === "pending";
}
