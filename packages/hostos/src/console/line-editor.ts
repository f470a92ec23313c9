import type { Key } from "./keys.ts";

/** A line that is being typed. */
export interface Line {
  readonly text: string;
  /** From 0 to the length of the text. */
  readonly cursor: number;
}

export const EMPTY_LINE: Line = { text: "", cursor: 0 };

/** What a key did to the line, or asks of whoever has it edited. */
export type Edit =
  | { readonly kind: "edited"; readonly line: Line }
  | { readonly kind: "submitted"; readonly text: string }
  | { readonly kind: "cancelled" }
  | { readonly kind: "ended" }
  | { readonly kind: "complete" }
  | { readonly kind: "history"; readonly step: -1 | 1 }
  | { readonly kind: "redraw" };

export interface LineRules {
  readonly longest: number;
  /** A character as it goes into the line; undefined for one that does not belong there. */
  readonly accept: (character: string) => string | undefined;
}

export const COMMAND_RULES: LineRules = { longest: 256, accept: (character) => character };

/** One key of a line editor without state of its own. */
export function editLine(line: Line, key: Key, rules: LineRules): Edit {
  const { text, cursor } = line;
  const edited = (next: string, at: number): Edit => ({ kind: "edited", line: { text: next, cursor: at } });
  switch (key.kind) {
    case "character": {
      const character = rules.accept(key.character);
      if (character === undefined || text.length >= rules.longest) return { kind: "edited", line };
      return edited(text.slice(0, cursor) + character + text.slice(cursor), cursor + 1);
    }
    case "enter":
      return { kind: "submitted", text };
    case "backspace":
      return cursor === 0
        ? { kind: "edited", line }
        : edited(text.slice(0, cursor - 1) + text.slice(cursor), cursor - 1);
    case "delete":
      return edited(text.slice(0, cursor) + text.slice(cursor + 1), cursor);
    case "left":
      return edited(text, Math.max(0, cursor - 1));
    case "right":
      return edited(text, Math.min(text.length, cursor + 1));
    case "home":
      return edited(text, 0);
    case "end":
      return edited(text, text.length);
    case "kill-line":
      return edited(text.slice(cursor), 0);
    case "kill-to-end":
      return edited(text.slice(0, cursor), cursor);
    case "kill-word": {
      const kept = text.slice(0, cursor).replace(/\S*\s*$/, "");
      return edited(kept + text.slice(cursor), kept.length);
    }
    case "interrupt":
    case "escape":
      return { kind: "cancelled" };
    case "end-of-input":
      return text === "" ? { kind: "ended" } : { kind: "edited", line };
    case "tab":
      return { kind: "complete" };
    case "up":
      return { kind: "history", step: -1 };
    case "down":
      return { kind: "history", step: 1 };
    case "redraw":
      return { kind: "redraw" };
    default:
      return key satisfies never;
  }
}

/** The part of a line that fits into `width` columns, around the cursor, and the cursor's place in it. */
export function visiblePart({ text, cursor }: Line, width: number): Line {
  const start = Math.max(0, Math.min(cursor - width + 1, text.length + 1 - width));
  return { text: text.slice(start, start + width), cursor: cursor - start };
}
