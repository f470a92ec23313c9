import { systemClock, type Clock } from "@icos/system";
import { answerUdp, type Listener } from "./listener.ts";
import { answerNtp } from "./ntp-packet.ts";

/** Gives this machine's time to those who ask by UDP. */
export function startNtpServer(options: {
  readonly address: string;
  readonly port: number;
  readonly clock?: Pick<Clock, "now">;
}): Promise<Listener> {
  const { address, port, clock = systemClock } = options;
  return answerUdp(address, port, (request) => answerNtp(request, clock.now(), () => clock.now()));
}
