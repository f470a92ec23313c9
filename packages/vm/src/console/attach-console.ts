import { once } from "node:events";
import { connect } from "node:net";
import { IcosError } from "@icos/system";

/** What is needed of `process.stdin`: a stream, and raw mode when it is a terminal. */
export interface ConsoleInput extends NodeJS.ReadableStream {
  readonly isTTY?: boolean | undefined;
  readonly isRaw?: boolean | undefined;
  setRawMode?(raw: boolean): unknown;
}

export interface AttachConsoleOptions {
  readonly socketPath: string;
  readonly input: ConsoleInput;
  readonly output: NodeJS.WritableStream;
  readonly signal?: AbortSignal | undefined;
}

/** Ctrl-]. */
export const CONSOLE_ESCAPE = 0x1d;

/** How an attachment ended: left with {@link CONSOLE_ESCAPE} or the end of the input, or the machine stopped. */
export type ConsoleEnd = "left" | "machine-stopped";

/**
 * Joins a terminal to the serial port of a machine until Ctrl-] is pressed. QEMU serves one terminal at a time; another
 * one waits in silence until the first has left. Everything also goes to the machine's log.
 * Throws `console-unreachable` when the machine does not run.
 */
export async function attachConsole(options: AttachConsoleOptions): Promise<ConsoleEnd> {
  const { socketPath, input, output, signal } = options;
  const socket = connect(socketPath);
  try {
    await once(socket, "connect");
  } catch (cause) {
    socket.destroy();
    throw new IcosError("console-unreachable", `No machine answers on ${socketPath}.`, {
      next: "Start the machine; its log can be read at any time.",
      place: { file: socketPath },
      cause,
    });
  }
  const { promise: ended, resolve } = Promise.withResolvers<ConsoleEnd>();
  const leave = (): void => resolve("left");

  function type(chunk: Buffer | string): void {
    const bytes = Buffer.from(chunk);
    const escape = bytes.indexOf(CONSOLE_ESCAPE);
    socket.write(escape === -1 ? bytes : bytes.subarray(0, escape));
    if (escape !== -1) leave();
  }

  const wasRaw = input.isRaw ?? false;
  const setRaw = (raw: boolean): void => void (input.isTTY === true && input.setRawMode?.(raw));
  socket.on("error", () => undefined); // followed by "close"
  socket.on("close", () => resolve("machine-stopped"));
  socket.on("data", (chunk: Buffer) => {
    if (output.write(chunk)) return;
    socket.pause();
    output.once("drain", () => socket.resume());
  });
  signal?.addEventListener("abort", leave, { once: true });
  input.on("data", type);
  input.once("end", leave);
  try {
    setRaw(true);
    input.resume();
    if (signal?.aborted === true) leave();
    return await ended;
  } finally {
    setRaw(wasRaw);
    input.removeListener("data", type);
    input.removeListener("end", leave);
    input.pause();
    signal?.removeEventListener("abort", leave);
    socket.removeAllListeners("data").resume();
    socket.end(); // what was typed last still goes out
    socket.unref();
  }
}
