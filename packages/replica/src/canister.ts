import type { Principal } from "@icos/certification";

/**
 * How a call ends. A canister rejects its caller with a reject code of the interface specification
 * (4 canister reject, 5 canister error, …) and, where there is one, an error code such as `IC0536`.
 */
export type CallOutcome =
  | { readonly kind: "reply"; readonly reply: Uint8Array }
  | { readonly kind: "reject"; readonly code: number; readonly message: string; readonly errorCode?: string };

export interface QueryCall {
  readonly method: string;
  readonly arg: Uint8Array;
  readonly caller: Principal;
  /** Nanoseconds since the Unix epoch. */
  readonly time: bigint;
  /**
   * A certificate (CBOR) that reveals `/canister/<id>/certified_data` and `/time`. It is made once per value of the
   * certified data and renewed when it gets old, so asking for it costs nothing most of the time.
   */
  readonly dataCertificate: () => Uint8Array;
}

export interface UpdateCall {
  readonly method: string;
  readonly arg: Uint8Array;
  readonly caller: Principal;
  /** Nanoseconds since the Unix epoch. */
  readonly time: bigint;
}

/** A state machine behind the HTTPS interface. Calls come one at a time; an exception is a trap (IC0502). */
export interface Canister {
  /** Must not change anything. */
  query(call: QueryCall): CallOutcome;
  /** Its effects are durable when it returns, and none remain when it rejects or throws. */
  update(call: UpdateCall): CallOutcome;
  /**
   * Does ahead of a call's turn what is costly and depends on the call alone, such as verifying signatures in another thread;
   * `undefined` when there is nothing. Other calls are taken meanwhile. It changes nothing that a caller can see, does not
   * throw and does not reject: what is wrong with the call is said by `update`.
   */
  prepare?(call: UpdateCall): Promise<void> | undefined;
  /** At most 32 bytes. */
  certifiedData(): Uint8Array;
  /** Public metadata sections by name (`candid:service`, …). */
  metadata?(): ReadonlyMap<string, Uint8Array>;
}

/** The refusal for a method that a canister does not have. */
export function methodNotFound(kind: "query" | "update", method: string): CallOutcome {
  return { kind: "reject", code: 5, message: `The canister has no ${kind} method '${method}'.`, errorCode: "IC0536" };
}
