import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { LEFT, packetBetween, RIGHT } from "./frame.ts";

export interface TrafficOrder {
  /** Sockets of the sender and of the receiver. */
  readonly left: string;
  readonly right: string;
  /** Of a frame. */
  readonly bytes: number;
  readonly seconds: number;
}

export interface TrafficReport {
  readonly framesPerSecond: number;
}

/** Bytes on the way, below what makes the switch drop frames. */
const WINDOW_BYTES = 512 * 1024;
/** Frames are written to the socket in pieces of about this size, as a sender under load does. */
const PIECE_BYTES = 64 * 1024;
const WARM_UP_MS = 300;

const order = workerData as TrafficOrder;
const packet = packetBetween(order.bytes);
const piece = Buffer.concat(Array.from({ length: Math.ceil(PIECE_BYTES / packet.length) }, () => packet));

// The receiver first: the copy in the middle has to know where to.
const receiver = await open(order.right);
receiver.write(packetBetween(order.bytes, RIGHT, LEFT)); // a switch learns where the receiver is
await delay(50);
const sender = await open(order.left);
let sent = 0;
let received = 0;

function fill(): void {
  while (!sender.destroyed && sent - received + piece.length <= WINDOW_BYTES) {
    sent += piece.length;
    sender.write(piece);
  }
}

receiver.on("data", (chunk: Buffer) => {
  received += chunk.length;
  fill();
});
sender.resume();
fill();
await delay(WARM_UP_MS);
const start = performance.now();
const before = received;
await delay(order.seconds * 1_000);
const bytes = received - before;
const framesPerSecond = (bytes / packet.length / (performance.now() - start)) * 1_000;
parentPort?.postMessage({ framesPerSecond } satisfies TrafficReport);
sender.destroy();
receiver.destroy();

async function open(path: string): Promise<Socket> {
  const socket = connect(path);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}
