import type { FramePort } from "./frame-port.ts";
import { frameOf, packetOf, type Packet } from "./framing.ts";
import type { SwitchPort } from "./port.ts";

/** The machine's end of a port for code of the same process. The port takes a copy of each frame given to it. */
export function createInProcessPort(
  port: SwitchPort,
  ends: { receive(packet: Packet): boolean; closed(): void },
): FramePort {
  const { promise: closed, resolve } = Promise.withResolvers<undefined>();
  let handler: ((frame: Buffer) => void) | undefined;
  let open = true;
  function close(): void {
    open = false;
    resolve(undefined);
  }
  port.attachment = {
    deliver(packet) {
      handler?.(frameOf(packet));
      return true;
    },
    close,
  };
  return {
    send: (frame) => open && ends.receive(packetOf(frame)),
    receive: (next) => void (handler = next),
    closed,
    close() {
      close();
      ends.closed();
    },
  };
}
