import { parseWith } from "@icos/system";
import * as v from "valibot";
import { shownAlternativeSchema, swappedAlternativeSchema } from "../alternative/request.ts";
import { recoveryRequestSchema } from "../recovery/request.ts";
import { askRoot, connectRoot } from "../root-service/ask.ts";
import { ROOT_SOCKETS, type RootSockets } from "../root-service/messages.ts";
import type { HostActions } from "./host-actions.ts";
import { parseUnitStates } from "./unit-states.ts";

/** Places of the sockets; a test has its own. */
export interface RootActionsOptions {
  readonly sockets?: RootSockets | undefined;
}

/** The actions behind their sockets. What comes back is checked: a console trusts nobody with its screen. */
export function rootActions({ sockets = ROOT_SOCKETS }: RootActionsOptions = {}): HostActions {
  const answer = { code: "bad-answer", name: "The answer" };
  const hostAction = async (action: "reboot" | "restart-guestos"): Promise<void> => {
    await askRoot(sockets.hostAction, { action });
  };
  return {
    unitStates: async () => parseUnitStates(await askPlain(sockets.unitStates)),
    reboot: () => hostAction("reboot"),
    restartGuestos: () => hostAction("restart-guestos"),
    async showAlternative() {
      const state = await askRoot(sockets.alternative, { action: "show" });
      return parseWith(shownAlternativeSchema, state, answer) ?? undefined;
    },
    async swapAlternative(target, options) {
      const request = { action: "swap", ...(target === undefined ? {} : { target }) };
      return parseWith(swappedAlternativeSchema, await askRoot(sockets.alternative, request, options), answer).slot;
    },
    async readRecoveryRequest() {
      return parseWith(recoveryRequestSchema, await askRoot(sockets.recovery, { action: "read-medium" }), answer);
    },
    async recover(request, options) {
      await askRoot(sockets.recovery, { action: "recover", request }, options);
    },
    async diagnostics(options) {
      return parseWith(v.string(), await askRoot(sockets.diagnostics, { action: "collect" }, options), answer);
    },
  };
}

const MOST_BYTES = 4 * 1024 * 1024;

/** A unit without a program of ours: to connect is to ask, and it prints what a command of systemd's says. */
async function askPlain(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of (await connectRoot(path)).iterator()) {
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes > MOST_BYTES) break;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString();
}
