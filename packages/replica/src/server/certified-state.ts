import {
  encodeCertificate,
  equalBytes,
  type HashTree,
  LabelForest,
  type Path,
  Principal,
  prune,
  stateRootMessage,
} from "@icos/certification";
import type { Clock } from "@icos/system";
import type { Canister } from "../canister.ts";
import type { StateSigner } from "./options.ts";
import type { RequestLog } from "./request-log.ts";
import { canisterTree, stateTree, type SubnetTrees } from "./state-tree.ts";

export interface CertifiedStateOptions {
  readonly key: StateSigner;
  readonly subnet: SubnetTrees;
  readonly canisters: ReadonlyMap<string, Canister>;
  readonly requestLog: RequestLog;
  readonly clock: Clock;
  /** Milliseconds after which an unchanged state is certified anew. */
  readonly timeStep: number;
  /** Milliseconds. */
  readonly dataCertificateAge: number;
}

interface Snapshot {
  readonly tree: HashTree;
  readonly signature: Uint8Array;
  /** Nanoseconds. */
  readonly time: bigint;
  readonly canisters: HashTree;
  readonly requestStatus: HashTree;
}

interface HostedCanister {
  readonly id: Principal;
  readonly canister: Canister;
  certifiedData: Uint8Array | undefined;
}

interface DataCertificate {
  readonly certifiedData: Uint8Array;
  readonly time: bigint;
  readonly bytes: Uint8Array;
}

/**
 * The state tree and its signature. A signature costs about ten milliseconds, so the state is signed when it is asked
 * for and has changed since, or is older than the time step; every certificate in between is cut from the same tree.
 */
export class CertifiedState {
  readonly #options: CertifiedStateOptions;
  readonly #hosted: readonly HostedCanister[];
  readonly #dataCertificates = new Map<string, DataCertificate>();
  #canisters = LabelForest.empty();
  #snapshot: Snapshot | undefined;
  #height = 0;
  #lastTime = 0n;

  constructor(options: CertifiedStateOptions) {
    this.#options = options;
    this.#hosted = Array.from(options.canisters, ([text, canister]) => ({
      id: Principal.fromText(text),
      canister,
      certifiedData: undefined,
    }));
  }

  /** How many times the state was certified. */
  get height(): number {
    return this.#height;
  }

  /** The time of the state, in nanoseconds; never goes back. */
  now(): bigint {
    const now = BigInt(Math.trunc(this.#options.clock.now() * 1000)) * 1000n;
    if (now > this.#lastTime) this.#lastTime = now;
    return this.#lastTime;
  }

  /** A certificate of the present state that shows `/time` and what is at the paths. */
  certificate(paths: readonly Path[]): Uint8Array {
    return cutCertificate(this.#current(), paths);
  }

  /** A certificate of the canister's certified data; the same bytes while the data is the same and they are not old. */
  dataCertificate(canisterId: Principal, canister: Canister): Uint8Array {
    const text = canisterId.toText();
    const known = this.#dataCertificates.get(text);
    const oldest = this.now() - BigInt(this.#options.dataCertificateAge) * 1_000_000n;
    const certifiedData = Uint8Array.from(canister.certifiedData());
    if (known && known.time >= oldest && equalBytes(known.certifiedData, certifiedData)) return known.bytes;
    const snapshot = this.#current();
    const bytes = cutCertificate(snapshot, [["canister", canisterId.toUint8Array(), "certified_data"]]);
    this.#dataCertificates.set(text, { certifiedData, time: snapshot.time, bytes });
    return bytes;
  }

  #current(): Snapshot {
    const { requestLog, subnet, key, timeStep } = this.#options;
    this.#updateCanisters();
    const time = this.now();
    const [canisters, requestStatus] = [this.#canisters.tree, requestLog.tree];
    const last = this.#snapshot;
    const unchanged = last?.canisters === canisters && last.requestStatus === requestStatus;
    if (last && unchanged && time - last.time < BigInt(timeStep) * 1_000_000n) return last;
    const tree = stateTree(subnet, { canisters, requestStatus, time });
    const signature = key.sign(stateRootMessage(tree.digest));
    this.#height += 1;
    this.#snapshot = { tree, signature, time, canisters, requestStatus };
    return this.#snapshot;
  }

  #updateCanisters(): void {
    for (const hosted of this.#hosted) {
      const data = hosted.canister.certifiedData();
      if (hosted.certifiedData && equalBytes(hosted.certifiedData, data)) continue;
      hosted.certifiedData = Uint8Array.from(data);
      const tree = canisterTree(hosted.canister, hosted.certifiedData);
      this.#canisters = this.#canisters.with(hosted.id.toUint8Array(), tree);
    }
  }
}

function cutCertificate({ tree, signature }: Snapshot, paths: readonly Path[]): Uint8Array {
  return encodeCertificate({ tree: prune(tree, [["time"], ...paths]), signature });
}
