import { IcosError, type Clock } from "@icos/system";
import type { Command } from "./command.ts";
import { readMessage } from "./read-message.ts";
import { encodeRequest } from "./request.ts";
import { decodeResponse, STILL_RUNNING, type Payload } from "./response.ts";
import type { GuestTransport } from "./transport.ts";
import { within } from "./within.ts";

export interface ClientModules {
  readonly transport: GuestTransport;
  readonly clock: Clock;
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds; upstream's, because an upgrade is slow. */
const ANSWER_MS = 300_000;

/**
 * Has the host carry out a command. Rejects with `host-refused` and the host's reason, `no-host`, `host-too-slow`, or
 * an error of the connection or of the response's form.
 */
export async function askHost(command: Command, { transport, clock, signal }: ClientModules): Promise<Payload> {
  const senderCid = await transport.localCid();
  const bytes = await within(
    ANSWER_MS,
    clock,
    (late) =>
      exchange(
        encodeRequest({ senderCid, command }),
        transport,
        signal === undefined ? late : AbortSignal.any([late, signal]),
      ),
    () => new IcosError("host-too-slow", `The host did not answer within ${ANSWER_MS / 1000} s.`),
  );
  const response = decodeResponse(bytes);
  if (response.kind === "ok") return response.payload;
  if (response.message === STILL_RUNNING) throw new IcosError("host-too-slow", "The host is still at it.");
  throw new IcosError("host-refused", `The host refuses: ${response.message}`, { details: { command: command.kind } });
}

/** One request and its response. This side is closed after the request, which is how newer hosts know its end. */
async function exchange(request: Buffer, transport: GuestTransport, signal: AbortSignal): Promise<Buffer> {
  const socket = await transport.connect(signal);
  socket.on("error", () => undefined); // readMessage tells
  try {
    socket.end(request);
    return await readMessage(socket, { signal });
  } finally {
    socket.destroy();
  }
}
