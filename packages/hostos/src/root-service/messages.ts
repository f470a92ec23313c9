import * as v from "valibot";

/**
 * How a program without rights asks a root program for something: a connection to a socket of systemd starts the
 * program, which reads one line of JSON, the request, and answers with lines of JSON: progress as often as it likes,
 * then one result or one error. Closing the sending side afterwards asks it to stop.
 */
export const answerSchema = v.union([
  v.strictObject({ progress: v.strictObject({ phase: v.string(), text: v.string() }) }),
  v.strictObject({ ok: v.unknown() }),
  v.strictObject({
    error: v.strictObject({ code: v.string(), message: v.string(), next: v.optional(v.string()) }),
  }),
]);
export type Answer = v.InferOutput<typeof answerSchema>;

export interface Progress {
  readonly phase: string;
  readonly text: string;
}

/** Bytes of a request or of one line of an answer. */
export const LONGEST_LINE = 1024 * 1024;

/** The sockets, by what is behind them. */
export const ROOT_SOCKETS = {
  hostAction: "/run/icos/host-action.socket",
  recovery: "/run/icos/manual-recovery.socket",
  alternative: "/run/icos/guestos-alternative.socket",
  diagnostics: "/run/icos/diagnostics.socket",
  unitStates: "/run/icos/unit-states.socket",
} as const;

export type RootSockets = Readonly<Record<keyof typeof ROOT_SOCKETS, string>>;
