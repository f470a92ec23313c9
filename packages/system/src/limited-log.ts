import type { Clock } from "./clock.ts";
import type { Logger } from "./log.ts";

/** Of one message, in each period. */
export interface LogLimits {
  readonly lines: number;
  readonly milliseconds: number;
}

interface Period {
  readonly start: number;
  lines: number;
  left: number;
}

const LIMITS: LogLimits = { lines: 10, milliseconds: 60_000 };

/**
 * A logger for what somebody else may cause as often as they like: of each message only so many lines are logged in a
 * minute, and at its end how many more there were. Messages have to be fixed texts; what varies goes into the fields.
 */
export function limitedLogger(
  logger: Logger,
  {
    clock,
    signal,
    limits = LIMITS,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly limits?: LogLimits },
): Logger {
  const periods = new Map<string, Period>();
  const current = (message: string): Period => {
    const now = clock.now();
    const known = periods.get(message);
    if (known !== undefined && now >= known.start && now - known.start < limits.milliseconds) return known;
    const period = { start: now, lines: 0, left: 0 };
    periods.set(message, period);
    return period;
  };
  const tellAtEnd = async (message: string, period: Period): Promise<void> => {
    await clock.sleep(period.start + limits.milliseconds - clock.now(), signal).catch(() => undefined);
    logger.log("warning", "There were too many lines of one kind; some were not logged.", {
      kind: message,
      left: period.left,
    });
  };
  return {
    log(severity, message, fields) {
      const period = current(message);
      if (period.lines < limits.lines) {
        period.lines += 1;
        logger.log(severity, message, fields);
        return;
      }
      period.left += 1;
      if (period.left === 1) void tellAtEnd(message, period);
    },
  };
}

/** The beginning of a text from elsewhere, when it is longer than `most` characters (UTF-16 units). */
export function cutText(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}
