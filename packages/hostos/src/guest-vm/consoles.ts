import { constants, open } from "node:fs/promises";
import { describeError, type Logger } from "@icos/system";

/** The screens of the host: what is said to the operator appears on all of them, and in the log. */
export interface Consoles {
  say(...lines: readonly string[]): Promise<void>;
}

/** The same for what the log need not have, or has. */
export interface UnloggedConsoles {
  show(...lines: readonly string[]): Promise<void>;
}

/** A screen that is not there, or not this user's, is left out. Nothing waits for a slow or stopped terminal. */
export function createConsoles(devices: readonly string[], logger: Logger): Consoles & UnloggedConsoles {
  const show = async (...lines: readonly string[]): Promise<void> => {
    const text = lines.map((line) => `\r\n${line}`).join("") + "\r\n";
    for (const device of devices) {
      await write(device, text).catch((error: unknown) =>
        logger.log("debug", "console not written", { device, error: describeError(error) }),
      );
    }
  };
  return {
    show,
    async say(...lines) {
      logger.log("info", lines.join(" "));
      await show(...lines);
    },
  };
}

async function write(device: string, text: string): Promise<void> {
  const file = await open(device, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  try {
    await file.write(text);
  } finally {
    await file.close();
  }
}
