import { once } from "node:events";
import { connect } from "node:net";
import { IcosError } from "@icos/system";
import type { FramePort } from "./frame-port.ts";
import { frameOf, packetOf } from "./framing.ts";
import { createPacketStream } from "./packet-stream.ts";
import { checkSocketPath } from "./socket-port.ts";

/** Connects to a switch port from another process; fails with `switch-unreachable`. */
export async function connectToSwitch(socketPath: string): Promise<FramePort> {
  checkSocketPath(socketPath);
  const socket = connect(socketPath);
  try {
    await once(socket, "connect");
  } catch (cause) {
    socket.destroy();
    throw new IcosError("switch-unreachable", `The switch port ${socketPath} does not answer.`, {
      place: { file: socketPath },
      cause,
    });
  }
  const { promise: closed, resolve } = Promise.withResolvers<Error | undefined>();
  let handler: ((frame: Buffer) => void) | undefined;
  const stream = createPacketStream(socket, {
    receive: (packet) => handler?.(frameOf(packet)),
    closed: resolve,
  });
  return {
    send: (frame) => stream.send(packetOf(frame)),
    receive: (next) => void (handler = next),
    closed,
    close: () => stream.close(),
  };
}
