import {
  buildHashTree,
  encodeUnsignedLeb128,
  type HashTree,
  LabelForest,
  type LabeledData,
  type Principal,
  utf8,
} from "@icos/certification";
import type { CallOutcome } from "../canister.ts";

/** A call that was taken, for as long as its status can be read. */
export interface LoggedRequest {
  readonly sender: Principal;
  readonly canisterId: Principal;
}

interface Entry extends LoggedRequest {
  readonly id: Uint8Array;
  /** Nanoseconds. */
  readonly expiry: bigint;
  /** Bytes that are kept for its outcome; 0 once the outcome is dropped. */
  bytes: number;
}

export interface RequestLogLimits {
  readonly maxRequestStatuses: number;
  readonly maxReplyBytes: number;
}

/** Calls should stay readable for five minutes; until its expiry a call has to be known to be refused again. */
const KEEP_AFTER_EXPIRY = 300n * 1_000_000_000n;
const CLEAN_EVERY = 10n * 1_000_000_000n;

/** The statuses of calls, `/request_status` of the state tree. In memory, of bounded size. */
export class RequestLog {
  readonly #limits: RequestLogLimits;
  readonly #entries = new Map<string, Entry>();
  #forest = LabelForest.empty();
  #bytes = 0;
  #cleanAt = 0n;

  constructor(limits: RequestLogLimits) {
    this.#limits = limits;
  }

  get tree(): HashTree {
    return this.#forest.tree;
  }

  get(id: Uint8Array): LoggedRequest | undefined {
    return this.#entries.get(key(id));
  }

  /** Whether another call can be taken at `now` (nanoseconds). */
  hasRoom(now: bigint): boolean {
    if (now >= this.#cleanAt || this.#entries.size >= this.#limits.maxRequestStatuses) this.#clean(now);
    return this.#entries.size < this.#limits.maxRequestStatuses;
  }

  /** `undefined` for a call whose outcome is not known any more. */
  add(id: Uint8Array, request: LoggedRequest & { readonly expiry: bigint }, outcome: CallOutcome | undefined): void {
    const bytes = outcome === undefined ? 0 : sizeOf(outcome);
    const { sender, canisterId, expiry } = request;
    this.#entries.set(key(id), { id, sender, canisterId, expiry, bytes });
    this.#forest = this.#forest.with(id, statusTree(outcome));
    this.#bytes += bytes;
    this.#dropOldOutcomes();
  }

  #dropOldOutcomes(): void {
    for (const entry of this.#entries.values()) {
      if (this.#bytes <= this.#limits.maxReplyBytes) return;
      if (entry.bytes === 0) continue;
      this.#bytes -= entry.bytes;
      entry.bytes = 0;
      this.#forest = this.#forest.with(entry.id, statusTree(undefined));
    }
  }

  #clean(now: bigint): void {
    this.#cleanAt = now + CLEAN_EVERY;
    for (const [name, entry] of this.#entries) {
      if (entry.expiry + KEEP_AFTER_EXPIRY >= now) continue;
      this.#entries.delete(name);
      this.#bytes -= entry.bytes;
      this.#forest = this.#forest.without(entry.id);
    }
  }
}

function key(id: Uint8Array): string {
  return Buffer.from(id).toString("base64");
}

function statusTree(outcome: CallOutcome | undefined): HashTree {
  const fields = new Map<string, LabeledData>();
  if (outcome === undefined) {
    fields.set("status", utf8("done"));
  } else if (outcome.kind === "reply") {
    fields.set("status", utf8("replied")).set("reply", outcome.reply);
  } else {
    fields
      .set("status", utf8("rejected"))
      .set("reject_code", encodeUnsignedLeb128(BigInt(outcome.code)))
      .set("reject_message", utf8(outcome.message));
    if (outcome.errorCode !== undefined) fields.set("error_code", utf8(outcome.errorCode));
  }
  return buildHashTree(fields);
}

function sizeOf(outcome: CallOutcome): number {
  return outcome.kind === "reply" ? outcome.reply.length + 1 : outcome.message.length + 1;
}
