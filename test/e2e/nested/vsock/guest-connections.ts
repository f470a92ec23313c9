import type { Socket } from "node:net";
import type { GuestTransport } from "@icos/vsock";

/** Longer than the host lets any of these connections last. */
const ANSWER_MS = 40_000;

/** Connections of a guest to its host that say whatever they like. */
export class GuestConnections {
  readonly #transport: GuestTransport;
  readonly #open = new Set<Socket>();

  constructor(transport: GuestTransport) {
    this.#transport = transport;
  }

  async connect(): Promise<Socket> {
    const socket = await this.#transport.connect(AbortSignal.timeout(ANSWER_MS));
    this.#open.add(socket);
    return socket.on("error", () => undefined);
  }

  connectMany(count: number): Promise<readonly Socket[]> {
    return Promise.all(Array.from({ length: count }, () => this.connect()));
  }

  /** What the host answers to a text after which this side stays open, as an old client's does. */
  async ask(text: string | Uint8Array): Promise<string> {
    const socket = await this.connect();
    socket.write(text);
    return answerOn(socket);
  }

  /**
   * The same of many connections at once. To make them all takes an emulated guest seconds, so each says its text before the next
   * is made: the first would otherwise be too late.
   */
  async askMany(text: string, count: number): Promise<readonly string[]> {
    const answers: Promise<string>[] = [];
    for (let number = 0; number < count; number += 1) {
      const socket = await this.connect();
      socket.write(text);
      answers.push(answerOn(socket));
    }
    return Promise.all(answers);
  }

  /** What the host answers to a text after which this side is closed. */
  async askAndClose(text: string): Promise<string> {
    const socket = await this.connect();
    socket.end(text);
    return answerOn(socket);
  }

  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
    this.#open.clear();
  }
}

/** All that the host sends until it closes; what there is of it when the connection is cut off. */
export function answerOn(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const done = (): void => {
      clearTimeout(late);
      resolve(text);
    };
    const late = setTimeout(() => socket.destroy(), ANSWER_MS);
    socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    socket.once("end", done).once("close", done);
  });
}
