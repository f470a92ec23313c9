import { AgentError, HttpAgent, type Identity } from "@icp-sdk/core/agent";
import { createCertificateVerifier, Principal } from "@icos/certification";
import {
  type CertifiedChangesSource,
  decodeRecord,
  httpChangesSource,
  KeyPrefix,
  type NodeRecord,
  NodeRecordSchema,
  type PayloadOf,
  principalOfKey,
  REGISTRY_CANISTER_ID,
  RegistryHistory,
  registryKey,
  type RegistryMethod,
  type ReplyOf,
  SubnetListRecordSchema,
  type SubnetRecord,
  SubnetRecordSchema,
  verifyCertifiedDelta,
} from "@icos/registry";
import { describeError, IcosError } from "@icos/system";
import { decodeArgument, encodeArgument } from "../candid/message.ts";
import { METHOD_CODECS } from "../candid/methods.ts";

export interface NnsClientOptions {
  readonly url: string;
  /** DER. Nothing is believed that does not verify under it. */
  readonly rootKey: Uint8Array;
  /** Who calls; anonymous when left out, which is enough to read. */
  readonly identity?: Identity | undefined;
  /** For both the agent and reads. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Calls and reads a registry over its HTTP interface. Reads are verified certified deltas, kept from call to call. */
export class NnsClient {
  readonly #agent: HttpAgent;
  readonly #source: CertifiedChangesSource;
  readonly #verifier;
  readonly #history = new RegistryHistory();

  constructor({ url, rootKey, identity, fetch }: NnsClientOptions) {
    this.#agent = HttpAgent.createSync({
      host: url,
      rootKey,
      retryTimes: 0,
      ...(identity && { identity }),
      ...(fetch && { fetch }),
    });
    this.#source = httpChangesSource([url], { fetch });
    this.#verifier = createCertificateVerifier({ rootKey });
  }

  /**
   * Calls a mutation and waits for its certified reply.
   * @throws IcosError `registry-refused` with the registry's code and sentence in the message, `registry-call-failed`
   */
  async call<Method extends RegistryMethod>(method: Method, payload: PayloadOf<Method>): Promise<ReplyOf<Method>> {
    const codec = METHOD_CODECS[method];
    let bytes: Uint8Array;
    try {
      const arg = encodeArgument(codec.payload, payload);
      const result = await this.#agent.update(REGISTRY_CANISTER_ID.toText(), { methodName: method, arg });
      bytes = result.reply;
    } catch (cause) {
      throw callFailed(method, cause);
    }
    return codec.reply ? decodeArgument(codec.reply, bytes) : undefined;
  }

  /** Catches up with the registry and says its version. */
  async latestVersion(): Promise<number> {
    return (await this.#update()).latestVersion;
  }

  /** All nodes by id, in textual form. */
  async nodes(): Promise<ReadonlyMap<string, NodeRecord>> {
    const history = await this.#update();
    const nodes = new Map<string, NodeRecord>();
    for (const key of history.keys(KeyPrefix.nodeRecord)) {
      const value = history.value(key);
      const node = principalOfKey(KeyPrefix.nodeRecord, key);
      if (value && node) nodes.set(node.toText(), decodeRecord(NodeRecordSchema, value, key));
    }
    return nodes;
  }

  /** The listed subnets by id, in textual form and in the order of the list. */
  async subnets(): Promise<ReadonlyMap<string, SubnetRecord>> {
    const history = await this.#update();
    const list = history.value(registryKey.subnetList);
    const subnets = new Map<string, SubnetRecord>();
    for (const id of list ? decodeRecord(SubnetListRecordSchema, list, registryKey.subnetList).subnets : []) {
      const subnet = Principal.fromUint8Array(id);
      const key = registryKey.subnetRecord(subnet);
      const value = history.value(key);
      if (value) subnets.set(subnet.toText(), decodeRecord(SubnetRecordSchema, value, key));
    }
    return subnets;
  }

  /** The whole verified history, as new as the registry. */
  async history(): Promise<RegistryHistory> {
    return this.#update();
  }

  async #update(): Promise<RegistryHistory> {
    for (;;) {
      const since = this.#history.latestVersion;
      const delta = verifyCertifiedDelta(await this.#source.fetch(since), this.#verifier, since);
      // Another read may have brought some of them in the meantime.
      for (const version of delta.versions) {
        if (version.version === this.#history.latestVersion + 1) this.#history.append(version);
      }
      if (this.#history.latestVersion >= delta.currentVersion) return this.#history;
    }
  }
}

function callFailed(method: string, cause: unknown): IcosError {
  const message = describeError(cause);
  const refusal = /Reject text: ([a-z0-9-]+): (.*)/.exec(message);
  const details = { method, ...(refusal && { registryCode: refusal[1] }) };
  if (cause instanceof AgentError && refusal) {
    return new IcosError("registry-refused", refusal[2] ?? message, { details, cause });
  }
  return new IcosError("registry-call-failed", `The call of ${method} failed: ${message}`, { details, cause });
}
