import { blob, type Codec, nat64, opt, record, text, vec } from "./codec.ts";

export interface PreviewRequest {
  /** A mutation of the registry. */
  readonly method: string;
  /** Its argument, candid. */
  readonly payload: Uint8Array;
}

/** What the mutation would do if its caller called it now. */
export interface PreviewReply {
  /** The registry's version that it would follow on. */
  readonly version: bigint;
  /** Sorted by key; without a value where the key would be deleted. */
  readonly changes: readonly { readonly key: string; readonly value?: Uint8Array | undefined }[];
  /** All reasons for a refusal but violated invariants. */
  readonly refusals: readonly { readonly code: string; readonly message: string }[];
  readonly violations: readonly { readonly invariant: string; readonly message: string }[];
}

const request: Codec<PreviewRequest> = record("PreviewMutationRequest", { method: text, payload: blob });
const reply: Codec<PreviewReply> = record("PreviewMutationResponse", {
  version: nat64,
  changes: vec(record<PreviewReply["changes"][number]>("PreviewedChange", { key: text, value: opt(blob) })),
  refusals: vec(record<PreviewReply["refusals"][number]>("PreviewedRefusal", { code: text, message: text })),
  violations: vec(record<PreviewReply["violations"][number]>("PreviewedViolation", { invariant: text, message: text })),
});

/** `preview_mutation`, a query of this project: upstream's registry has none. */
export const PREVIEW_METHOD = "preview_mutation";
export const PREVIEW_CODEC = { payload: request, reply, query: true } as const;
