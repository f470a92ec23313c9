/** Syslog severities as journald reads them from a `<N>` prefix (sd-daemon(3)). */
const PRIORITY = { error: 3, warning: 4, info: 6, debug: 7 } as const;
export type Severity = keyof typeof PRIORITY;

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  log(severity: Severity, message: string, fields?: LogFields): void;
}

export interface LineSink {
  write(line: string): unknown;
}

/** One JSON object a line, prefixed with the syslog priority when `journal` is set. Secrets do not belong in `fields`. */
export function createLogger(sink: LineSink, options: { readonly journal: boolean; readonly name: string }): Logger {
  return {
    log(severity, message, fields = {}) {
      const prefix = options.journal ? `<${PRIORITY[severity]}>` : "";
      const time = options.journal ? {} : { time: new Date().toISOString() };
      sink.write(`${prefix}${JSON.stringify({ ...time, severity, program: options.name, message, ...fields })}\n`);
    },
  };
}

export const silentLogger: Logger = { log: () => undefined };
