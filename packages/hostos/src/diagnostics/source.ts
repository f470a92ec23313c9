/** A file of the bundle and where its content comes from. */
export interface DiagnosticsSource {
  /** Path in the bundle. */
  readonly name: string;
  /** Rejects when there is nothing; the bundle then says why. */
  collect(): Promise<string>;
}

/** Of longer content, the end is kept: what happened last. */
export const LONGEST_SOURCE = 32 * 1024 * 1024;
