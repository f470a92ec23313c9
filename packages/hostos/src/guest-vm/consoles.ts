import { constants, open } from "node:fs/promises";
import { describeError, type Logger } from "@icos/system";

/** The screens of the host: what is said to the operator appears on all of them. */
export interface Consoles {
  say(...lines: readonly string[]): Promise<void>;
}

/** A screen that is not there, or not this user's, is left out. Nothing waits for a slow or stopped terminal. */
export function createConsoles(devices: readonly string[], logger: Logger): Consoles {
  return {
    async say(...lines) {
      const text = lines.map((line) => `\r\n${line}`).join("") + "\r\n";
      logger.log("info", lines.join(" "));
      for (const device of devices) {
        await write(device, text).catch((error: unknown) =>
          logger.log("debug", "console not written", { device, error: describeError(error) }),
        );
      }
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
