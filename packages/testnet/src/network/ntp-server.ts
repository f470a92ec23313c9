import { createSocket } from "node:dgram";
import { systemClock, type Clock } from "@icos/system";
import { listenUdp, type Listener } from "./listener.ts";
import { answerNtp } from "./ntp-packet.ts";

/** Gives this machine's time to those who ask by UDP. */
export function startNtpServer(options: {
  readonly address: string;
  readonly port: number;
  readonly clock?: Pick<Clock, "now">;
}): Promise<Listener> {
  const { address, port, clock = systemClock } = options;
  const socket = createSocket({ type: "udp6" });
  socket.on("message", (request, sender) => {
    const answer = answerNtp(request, clock.now(), () => clock.now());
    if (answer) socket.send(answer, sender.port, sender.address, () => undefined);
  });
  return listenUdp(socket, address, port);
}
