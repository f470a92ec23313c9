/** A named step of a long procedure. */
export interface Phase<Context> {
  readonly name: string;
  /** May return a short note that is shown beside the finished phase ("cached", "3 nodes"). */
  run(context: Context, report: (progress: string) => void): Promise<string | void>;
}

export type PhaseEvent =
  | { readonly kind: "started"; readonly phase: string }
  | { readonly kind: "progress"; readonly phase: string; readonly text: string }
  | {
      readonly kind: "finished";
      readonly phase: string;
      readonly milliseconds: number;
      readonly note: string | undefined;
    }
  | { readonly kind: "failed"; readonly phase: string; readonly milliseconds: number; readonly error: unknown };

export type PhaseObserver = (event: PhaseEvent) => void;

export interface RunPhasesOptions {
  readonly observe?: PhaseObserver | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the phases in order, timing each; the first failure ends the procedure and is rethrown. */
export async function runPhases<Context>(
  phases: readonly Phase<Context>[],
  context: Context,
  { observe = () => undefined, signal }: RunPhasesOptions = {},
): Promise<void> {
  for (const phase of phases) {
    const { name } = phase;
    signal?.throwIfAborted();
    const start = performance.now();
    const elapsed = (): number => Math.round(performance.now() - start);
    observe({ kind: "started", phase: name });
    try {
      const note = await phase.run(context, (text) => observe({ kind: "progress", phase: name, text }));
      observe({ kind: "finished", phase: name, milliseconds: elapsed(), note: note ?? undefined });
    } catch (error) {
      observe({ kind: "failed", phase: name, milliseconds: elapsed(), error });
      throw error;
    }
  }
}
