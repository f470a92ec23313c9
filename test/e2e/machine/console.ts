import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { systemErrorCode } from "@icos/system";

const POLL_MS = 500;
/** Emulation is slow, and slower still on a busy machine. */
const DEADLINE_MS = 240_000;

/** What the guest wrote to its console so far. */
export async function readConsole(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replaceAll("\r", "");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "";
    throw error;
  }
}

/** Waits until `done` says so of the console; rejects at the deadline, and when the machine has ended before. */
export async function untilConsole(
  file: string,
  what: string,
  done: (text: string) => boolean,
  ended: () => boolean,
): Promise<string> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const over = ended();
    const text = await readConsole(file);
    if (done(text)) return text;
    if (over) throw new Error(`The machine ended before its console showed ${what}.`);
    if (performance.now() > deadline) throw new Error(`The console did not show ${what} in ${DEADLINE_MS / 1000} s.`);
    await delay(POLL_MS);
  }
}
