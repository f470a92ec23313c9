import { RECOVERY_FIELDS, parseRecoveryRequest, type RecoveryRequest } from "../recovery/request.ts";
import { askYesNo, readLine } from "./prompt.ts";
import type { LineRules } from "./line-editor.ts";
import type { Terminal } from "./terminal.ts";

export interface RecoveryFormModules {
  readonly terminal: Terminal;
  readonly readFromStick: () => Promise<RecoveryRequest>;
  readonly idle: number;
}

/** Asks for a recovery request until it is complete and confirmed; undefined when the person gave up. */
export async function recoveryForm(modules: RecoveryFormModules): Promise<RecoveryRequest | undefined> {
  const { terminal, readFromStick, idle } = modules;
  terminal.write(
    "This replaces GuestOS by another version. Do it only if the recovery is announced on the official status page\r\n" +
      "and confirmed through the closed channel for node providers: whoever else asks you to is to be refused.\r\n\r\n",
  );
  const stick = await askYesNo(terminal, "Read the values from recovery.json on a USB stick?", idle);
  const request = stick ? await readFromStick() : await typedRequest(terminal, idle);
  if (request === undefined) return undefined;
  terminal.write("\r\n");
  for (const { key, label } of RECOVERY_FIELDS) {
    const value = request[key];
    terminal.write(`${label.replace(/ \(.*/, "").padEnd(14)} ${value === undefined ? "none" : grouped(value)}\r\n`);
  }
  terminal.write("\r\n");
  return (await askYesNo(terminal, "Are all characters as announced? Start the recovery?", idle)) ? request : undefined;
}

async function typedRequest(terminal: Terminal, idle: number): Promise<RecoveryRequest | undefined> {
  const values: Record<string, string> = {};
  for (const { key, label, length, required } of RECOVERY_FIELDS) {
    terminal.write(`${label}, ${length} characters of 0-9 and a-f:\r\n`);
    for (;;) {
      const hint = (text: string): string => (text.length === length ? "complete" : `${text.length}/${length}`);
      const answer = await readLine(terminal, { prompt: "> ", rules: hexRules(length), hint, idle });
      if (answer.kind !== "line") return undefined;
      if (answer.text.length === length) {
        values[key] = answer.text;
        break;
      }
      if (answer.text === "" && !required) break;
      terminal.write(`That is ${answer.text.length} characters; ${length} are needed. Ctrl-C gives up.\r\n`);
    }
  }
  return parseRecoveryRequest(values);
}

/** What is no hexadecimal digit cannot be typed; groups may be typed with spaces, which vanish. */
function hexRules(length: number): LineRules {
  return { longest: length, accept: (character) => /[0-9a-fA-F]/.exec(character)?.[0]?.toLowerCase() };
}

/** In groups of eight, which are easier to compare. */
function grouped(value: string): string {
  return value.match(/.{1,8}/g)?.join(" ") ?? value;
}
