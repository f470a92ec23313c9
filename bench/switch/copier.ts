import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

/** Copies what comes at the left socket to the right one, and nothing else: what a switch could at best be. */
export interface Copier {
  listen(paths: { readonly left: string; readonly right: string }): Promise<void>;
  close(): Promise<void>;
}

export function createCopier(): Copier {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  async function open(path: string, connected: (socket: Socket) => void): Promise<void> {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      sockets.push(socket);
      connected(socket);
    });
    servers.push(server);
    await once(server.listen(path), "listening");
  }
  return {
    async listen({ left, right }) {
      let target: Socket | undefined;
      await open(right, (socket) => {
        target = socket;
        socket.resume();
      });
      await open(left, (socket) => {
        if (target === undefined) socket.destroy();
        else socket.pipe(target);
      });
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}
