import { IcosError, parseWith } from "@icos/system";
import * as v from "valibot";
import { BOOT_CYCLES, DEFAULT_BOOT_STATE, type BootState } from "./boot-state.ts";

/** A GRUB environment block is exactly this long, so that a boot loader can rewrite it in place. */
export const GRUBENV_SIZE = 1024;
const HEADER = "# GRUB Environment Block\n";

/** The variables of a GRUB environment block, in their order; text is one character a byte (Latin-1). */
export interface Grubenv {
  readonly entries: ReadonlyMap<string, string>;
}

/** Reads a `grubenv`. Throws `grubenv-invalid`, which names every wrong line. */
export function parseGrubenv(block: Uint8Array, file = "grubenv"): Grubenv {
  const problems: string[] = [];
  if (block.length !== GRUBENV_SIZE) problems.push(`it is ${block.length} bytes long, not ${GRUBENV_SIZE}`);
  const text = Buffer.from(block).toString("latin1");
  if (!text.startsWith(HEADER)) problems.push('it does not start with the line "# GRUB Environment Block"');
  const entries = new Map<string, string>();
  if (problems.length === 0) readLines(text, entries, problems);
  if (problems.length > 0) {
    throw new IcosError("grubenv-invalid", `${file} is not a GRUB environment block: ${problems.join("; ")}.`, {
      next: "Write a new one; without a valid one the boot slot is not known.",
      place: { file },
      details: { problems },
    });
  }
  return { entries };
}

function readLines(text: string, entries: Map<string, string>, problems: string[]): void {
  let line = 1;
  for (let start = 0; start < text.length; line += 1) {
    if (text[start] === "#") {
      const end = text.indexOf("\n", start);
      start = end === -1 ? text.length : end + 1;
      continue;
    }
    const { raw, end, complete } = takeLine(text, start);
    start = end;
    const equals = raw.indexOf("=");
    const key = raw.slice(0, Math.max(equals, 0));
    if (equals < 1) problems.push(`line ${line} is not key=value`);
    else if (entries.has(key)) problems.push(`line ${line} sets ${key} a second time`);
    else if (!complete) problems.push(`line ${line} is cut off`);
    else entries.set(key, raw.slice(equals + 1));
  }
}

/** One line with GRUB's escapes undone: a backslash makes the next character literal, even a line feed. */
function takeLine(text: string, start: number): { raw: string; end: number; complete: boolean } {
  let raw = "";
  let at = start;
  for (; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "\\" && at + 1 < text.length) at += 1;
    raw += text[at] ?? "";
  }
  return { raw, end: Math.min(at + 1, text.length), complete: at < text.length };
}

/** Exactly {@link GRUBENV_SIZE} bytes. Throws `grubenv-full` when the variables do not fit. */
export function serializeGrubenv(grubenv: Grubenv): Buffer {
  let text = HEADER;
  for (const [key, value] of grubenv.entries) {
    // eslint-disable-next-line no-control-regex
    if (!/^[^=]+$/.test(key) || /[^\u0000-\u00ff]/.test(key + value)) {
      throw new IcosError("grubenv-invalid", `${JSON.stringify(key)} cannot be stored in a GRUB environment block.`);
    }
    text += `${escaped(key).replace(/^#/, "\\#")}=${escaped(value)}\n`;
  }
  if (text.length > GRUBENV_SIZE) {
    throw new IcosError(
      "grubenv-full",
      `The variables need ${text.length} bytes; a GRUB environment block has ${GRUBENV_SIZE}.`,
    );
  }
  return Buffer.from(text.padEnd(GRUBENV_SIZE, "#"), "latin1");
}

/** What {@link takeLine} undoes: whatever a block holds can be written back. */
function escaped(text: string): string {
  return text.replaceAll(/[\\\n]/g, (character) => `\\${character}`);
}

const StateSchema = v.object({
  boot_alternative: v.optional(v.picklist(["A", "B"]), DEFAULT_BOOT_STATE.alternative),
  boot_cycle: v.optional(v.picklist(BOOT_CYCLES), DEFAULT_BOOT_STATE.cycle),
});

/** The boot state a `grubenv` holds; what is absent has its default (slot A, stable). Throws `grubenv-invalid`. */
export function bootStateOf(grubenv: Grubenv, file = "grubenv"): BootState {
  const state = parseWith(StateSchema, Object.fromEntries(grubenv.entries), {
    code: "grubenv-invalid",
    name: "The boot state",
    file,
    next: "Set boot_alternative to A or B and boot_cycle to stable with grub-editenv.",
  });
  return { alternative: state.boot_alternative, cycle: state.boot_cycle };
}

/** The same block with another boot state; all other variables are kept. */
export function withBootState(grubenv: Grubenv, state: BootState): Grubenv {
  const entries = new Map(grubenv.entries);
  entries.set("boot_alternative", state.alternative);
  entries.set("boot_cycle", state.cycle);
  return { entries };
}

/** A block that holds only a boot state; what a new disk gets. */
export function newGrubenv(state: BootState = DEFAULT_BOOT_STATE): Buffer {
  return serializeGrubenv(withBootState({ entries: new Map() }, state));
}
