import { access } from "node:fs/promises";
import { cutText, describeError, IcosError, type Clock, type Logger } from "@icos/system";

/** The host's screens. */
export interface Screens {
  show(...lines: readonly string[]): Promise<void>;
}

export interface NoticesModules {
  readonly screens: Screens;
  /** There while somebody recovers the node at the screen, who must not be written over. */
  readonly recoveryLock: string;
  readonly clock: Clock;
  /** Bounded: a guest may send texts without end. */
  readonly logger: Logger;
  /** The agent stops. */
  readonly signal: AbortSignal;
}

/** Upstream's. */
const MOST_REPETITIONS = 10;
const PAUSE_MS = 2_000;
/** A guest that sends more at a time is refused; each takes up to 20 s. */
const MOST_AT_A_TIME = 16;
const MOST_LINES = 40;
const LONGEST_LINE = 400;
/** Of a text, in the log. */
const LONGEST_LOGGED = 1000;
/** What could steer the terminal, but not the end of a line. */
const UNPRINTABLE = /[^\P{C}\n\t]/gu;

/** Shows what the guest has to say to the operator: in the background, several times, so that it is seen. */
export class Notices {
  readonly #modules: NoticesModules;
  #shown = 0;

  constructor(modules: NoticesModules) {
    this.#modules = modules;
  }

  /** Returns at once. Throws `too-many-notices`. */
  show(message: string, count: number): void {
    if (this.#shown >= MOST_AT_A_TIME) {
      throw new IcosError("too-many-notices", `${this.#shown} texts are being shown already.`, {
        next: "Try again in 20 s.",
      });
    }
    this.#shown += 1;
    const lines = printableLines(message);
    const text = cutText(lines.join(" "), LONGEST_LOGGED);
    this.#modules.logger.log("info", "The guest has a text for the screens.", { text, count });
    void this.#repeat(lines, Math.min(count, MOST_REPETITIONS))
      .catch((error: unknown) => {
        if (this.#modules.signal.aborted) return;
        this.#modules.logger.log("warning", "A text could not be shown.", { error: describeError(error) });
      })
      .finally(() => (this.#shown -= 1));
  }

  async #repeat(lines: readonly string[], count: number): Promise<void> {
    const { screens, clock, signal, recoveryLock } = this.#modules;
    for (let shown = 0; shown < count; shown += 1) {
      if (shown > 0) await clock.sleep(PAUSE_MS, signal);
      if (!(await exists(recoveryLock))) await screens.show(...lines);
    }
  }
}

/** The guest is not trusted with the terminal: only text gets through, and not a screen and a half of it. */
export function printableLines(message: string): readonly string[] {
  const text = message.toWellFormed().replaceAll("\r", "").replaceAll("\t", " ").replaceAll(UNPRINTABLE, "?");
  return text
    .trimEnd()
    .split("\n")
    .slice(0, MOST_LINES)
    .map((line) => line.slice(0, LONGEST_LINE));
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
