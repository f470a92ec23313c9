import { once } from "node:events";
import { createServer, type Socket } from "node:net";

export interface FakeQmp {
  /** Sends an event to whoever is connected. */
  event(name: string, data?: object): void;
  close(): Promise<void>;
}

/** A QMP server for tests; `answer` returns the reply to a command, without its id, or undefined for none. */
export async function startFakeQmp(
  path: string,
  answer: (command: string, args: unknown, socket: Socket) => object | undefined,
): Promise<FakeQmp> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    send(socket, { QMP: { version: { qemu: { major: 10, minor: 0, micro: 2 }, package: "" }, capabilities: ["oob"] } });
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      const lines = (text + chunk.toString()).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        const message = JSON.parse(line) as { execute: string; arguments?: unknown; id: number };
        const reply = message.execute === "qmp_capabilities" ? { return: {} } : undefined;
        const answered = reply ?? answer(message.execute, message.arguments, socket);
        if (answered !== undefined) send(socket, { ...answered, id: message.id });
      }
    });
  });
  server.listen(path);
  await once(server, "listening");
  return {
    event(event, data = {}) {
      const timestamp = { seconds: 1, microseconds: 2 };
      for (const socket of sockets) send(socket, { event, data, timestamp });
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function send(socket: Socket, message: object): void {
  socket.write(`${JSON.stringify(message)}\r\n`);
}
