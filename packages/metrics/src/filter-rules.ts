/** What a rule does to the samples that it is about. */
export type FilterAction =
  | { readonly kind: "keep" }
  | { readonly kind: "drop" }
  /** Adds a random amount between -amplitude and +amplitude; the sum is a multiple of the quantum. */
  | { readonly kind: "noise"; readonly amplitude: number; readonly quantum: number }
  /** Shows the same value for so long: the value changes no faster than this, however often somebody looks. */
  | { readonly kind: "hold"; readonly milliseconds: number };

export interface FilterRule {
  /** Matches the whole name of a sample. */
  readonly name: RegExp;
  /** Each matches the whole value of its label; a label that is absent is the empty text. */
  readonly labels?: Readonly<Record<string, RegExp>>;
  readonly actions: readonly FilterAction[];
}
