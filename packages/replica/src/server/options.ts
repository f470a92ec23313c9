import { sign, type KeyObject, createPublicKey } from "node:crypto";
import type { Clock, Logger } from "@icos/system";
import type { Principal } from "@icos/certification";
import type { Canister } from "../canister.ts";

/** `replica_health_status` of the status endpoint; anything but `healthy` makes every other endpoint answer 503. */
export type ReplicaHealth =
  | "healthy"
  | "starting"
  | "waiting_for_certified_state"
  | "waiting_for_root_delegation"
  | "certified_state_behind";

/** What certifies the state: a `ThresholdKey`, or something that has one. */
export interface StateSigner {
  readonly publicKey: { readonly der: Uint8Array };
  /** A BLS signature of 48 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** The key a node signs its answers to queries with. */
export interface NodeKey {
  /** Ed25519, DER, 44 bytes; the node id is its self-authenticating principal. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** A node key from an Ed25519 private key. */
export function nodeKeyFrom(privateKey: KeyObject): NodeKey {
  return {
    publicKey: createPublicKey(privateKey).export({ format: "der", type: "spki" }),
    sign: (message) => sign(null, message, privateKey),
  };
}

/**
 * Remembers the calls that were taken, so that none is executed twice. The server has a memory of its own that ends
 * with the process; this one may outlive it.
 */
export interface ReplayGuard {
  has(requestId: Uint8Array): boolean;
  /** Durable when it returns; may forget once `expiry` (nanoseconds) has passed. Called before the execution. */
  add(requestId: Uint8Array, expiry: bigint): void;
}

export interface IcServerLimits {
  /** Bytes of a request body. */
  readonly maxBody: number;
  /** Milliseconds for a whole request to come in. */
  readonly requestTimeout: number;
  /** Milliseconds for its headers to come in. */
  readonly headersTimeout: number;
  readonly maxConnections: number;
  /** Request statuses that are kept; each until its expiry and five minutes more. */
  readonly maxRequestStatuses: number;
  /** Bytes of replies that are kept with them; the oldest are dropped first, and the call then counts as `done`. */
  readonly maxReplyBytes: number;
  /** Milliseconds after which the state is certified anew although nothing changed. */
  readonly timeStep: number;
  /** Milliseconds after which the certificate of unchanged certified data is made anew. */
  readonly dataCertificateAge: number;
}

export const DEFAULT_LIMITS: IcServerLimits = {
  maxBody: 4 * 1024 * 1024,
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  maxConnections: 1024,
  maxRequestStatuses: 10_000,
  maxReplyBytes: 64 * 1024 * 1024,
  timeStep: 1_000,
  dataCertificateAge: 60_000,
};

export interface IcServerOptions {
  /** Certifies the state; its public key is the root key. */
  readonly key: StateSigner;
  readonly nodeKey: NodeKey;
  /** Derived from the key when left out. */
  readonly subnetId?: Principal | undefined;
  /** By principal text. */
  readonly canisters: ReadonlyMap<string, Canister>;
  readonly clock: Clock;
  readonly logger: Logger;
  health(): ReplicaHealth;
  /** `impl_version` of the status endpoint. */
  readonly version?: string | undefined;
  readonly replayGuard?: ReplayGuard | undefined;
  readonly limits?: Partial<IcServerLimits> | undefined;
}
