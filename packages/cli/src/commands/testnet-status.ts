import { setTimeout as delay } from "node:timers/promises";
import { readStatus, type TestnetStatus } from "@icos/testnet";
import type { CliContext } from "../context.ts";
import { renderStatus } from "../output/status-table.ts";
import { chooseTestnet } from "./find-testnet.ts";
import type { JsonOption } from "./testnet.ts";

const WATCH_MS = 1_000;
const CLEAR = "\u001b[H\u001b[2J";

export function printStatus(context: CliContext, status: TestnetStatus, { json }: JsonOption): void {
  context.out(json ? `${JSON.stringify(status, undefined, 2)}\n` : renderStatus(context, status));
}

export async function testnetStatus(
  context: CliContext,
  name: string | undefined,
  options: JsonOption & { watch?: true },
): Promise<void> {
  const directories = await chooseTestnet(context, name);
  if (!options.watch) return printStatus(context, await readStatus(directories), options);
  let before = "";
  while (!context.signal.aborted) {
    const status = await readStatus(directories);
    const text = options.json ? `${JSON.stringify(status)}\n` : renderStatus(context, status);
    if (text !== before) context.out(!options.json && context.columns !== undefined ? CLEAR + text : text);
    before = text;
    await delay(WATCH_MS, undefined, { signal: context.signal }).catch(() => undefined);
  }
}
