import * as v from "valibot";
import { shutdownDataSchema, type QmpEvent } from "../qmp/messages.ts";

/** How a QEMU process came to its end. */
export type MachineExit =
  /** The guest restarted, or {@link VmRunner.reset} was called: it is to be booted again. */
  | { readonly kind: "reboot"; readonly cause: "guest" | "host" }
  /** The guest switched itself off. */
  | { readonly kind: "poweroff" }
  /** QEMU was told to end: `quit` or a signal it handles. */
  | { readonly kind: "quit" }
  /** QEMU ended without a word: killed, failed, refused its command line, or the guest panicked. */
  | { readonly kind: "crash"; readonly reason: string };

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines QEMU wrote on standard error. */
  readonly stderr: string;
}

const HUNG: MachineExit = { kind: "crash", reason: "the guest hung, and its watchdog ended it" };

/** What an event says about the end that follows, and other than the events before it said; `undefined` if nothing. */
export function exitOfEvent(event: QmpEvent, before: MachineExit | undefined): MachineExit | undefined {
  if (event.event === "WATCHDOG") return HUNG;
  // What the watchdog does then looks as if the guest had done it.
  if (event.event !== "SHUTDOWN" || before === HUNG) return undefined;
  const data = v.safeParse(shutdownDataSchema, event.data);
  if (!data.success) return undefined;
  switch (data.output.reason) {
    case "guest-reset":
      return { kind: "reboot", cause: "guest" };
    case "host-qmp-system-reset":
      return { kind: "reboot", cause: "host" };
    case "guest-shutdown":
      return { kind: "poweroff" };
    case "guest-panic":
      return { kind: "crash", reason: "the guest panicked" };
    case "host-qmp-quit":
    case "host-signal":
    case "host-ui":
      return { kind: "quit" };
    default:
      return { kind: "crash", reason: `QEMU ended the machine because of ${data.output.reason}` };
  }
}

/** How the machine ended, from its process and the last shutdown event, if there was one. */
export function machineExit(end: ProcessEnd, announced: MachineExit | undefined): MachineExit {
  if (end.code === 0 && announced !== undefined) return announced;
  const how = end.signal === null ? `QEMU exited with ${end.code}` : `QEMU was ended by ${end.signal}`;
  const words = end.stderr.split("\n").filter((line) => line !== "" && !line.includes(": warning: "));
  return { kind: "crash", reason: words.length === 0 ? how : `${how}: ${words.join("\n")}` };
}
