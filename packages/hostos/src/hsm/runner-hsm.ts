import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import * as v from "valibot";
import { IcosError, parseJson } from "@icos/system";
import type { Hsm } from "../agent/hsm.ts";
import { linesOf } from "../root-service/lines.ts";

/** The first guest's runner listens here; whoever may open it may ask. */
export const GUEST_CONTROL_SOCKET = "/run/icos/guest-vm/guestos.sock";

const answerSchema = v.union([v.strictObject({ Ok: v.null() }), v.strictObject({ Err: v.string() })]);

/**
 * A node operator's security module (Nitrokey HSM, USB 20a0:4230), lent to the guest while it registers: by the guest's runner,
 * which holds QEMU's monitor and is asked with one line of JSON. Rejects with `hsm-refused` (the runner's words) or `hsm-no-guest`.
 */
export function runnerHsm(socket = GUEST_CONTROL_SOCKET): Hsm {
  return {
    attach: (signal) => ask(socket, "attach-hsm", signal),
    detach: (signal) => ask(socket, "detach-hsm", signal),
  };
}

async function ask(path: string, request: "attach-hsm" | "detach-hsm", signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const socket = createConnection({ path });
  const stop = (): void => void socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const line = await exchange(socket, request);
    signal.throwIfAborted();
    const answer = parseJson(answerSchema, line, { code: "hsm-refused", name: "The runner's answer", file: path });
    if ("Err" in answer) throw new IcosError("hsm-refused", answer.Err);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof IcosError) throw cause;
    throw new IcosError("hsm-no-guest", "The guest's machine does not run here, so no HSM can be lent to it.", {
      next: "See what guestos.service says.",
      place: { file: path },
      cause,
    });
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

async function exchange(socket: Socket, request: string): Promise<string> {
  await once(socket, "connect");
  socket.write(`${JSON.stringify(request)}\n`);
  for await (const line of linesOf(socket)) return line;
  throw new IcosError("hsm-refused", "The guest's runner ended the connection without an answer.", {
    next: "See what guestos.service says, then try again.",
  });
}
