import { setImmediate as nextTurn } from "node:timers/promises";
import {
  authenticateRequest,
  checkRequestExpiry,
  decodeEnvelope,
  encodeCbor,
  Principal,
  selfAuthenticating,
  type AuthenticatedRequest,
  type CallContent,
  type RequestContent,
} from "@icos/certification";
import { CertifiedState } from "./certified-state.ts";
import { checkTarget, type Destination, execute, findDestination, type Hosting } from "./execution.ts";
import { HttpRefusal } from "./http-refusal.ts";
import type { IcServerLimits, IcServerOptions } from "./options.ts";
import { rejectionFields, signedQueryResponse } from "./query-signature.ts";
import { checkPaths } from "./read-state-paths.ts";
import { RequestLog } from "./request-log.ts";
import type { Route } from "./route.ts";
import { rangesFor, subnetTrees } from "./state-tree.ts";

export interface IcResponse {
  readonly status: 200 | 202;
  /** CBOR; empty with 202. */
  readonly body: Uint8Array;
}

type CanisterDestination = Destination & { readonly kind: "canister" };

const ACCEPTED: IcResponse = { status: 202, body: new Uint8Array() };

/** The interface without HTTP: a route and a body in, an answer out; refusals are thrown. */
export class IcService {
  readonly #options: IcServerOptions;
  readonly #hosting: Hosting;
  readonly #requestLog: RequestLog;
  readonly #state: CertifiedState;

  constructor(options: IcServerOptions, limits: IcServerLimits) {
    const { key, nodeKey, canisters, clock } = options;
    const subnetId = options.subnetId ?? selfAuthenticating(key.publicKey.der);
    const ranges = rangesFor(Array.from(canisters.keys(), (text) => Principal.fromText(text)));
    const subnet = subnetTrees({ subnetId, publicKey: key.publicKey.der, nodeKeys: [nodeKey.publicKey], ranges });
    this.#options = options;
    this.#hosting = { canisters, ranges, subnetId };
    this.#requestLog = new RequestLog(limits);
    const { timeStep, dataCertificateAge } = limits;
    const requestLog = this.#requestLog;
    this.#state = new CertifiedState({ key, subnet, canisters, requestLog, clock, timeStep, dataCertificateAge });
  }

  async answer(route: Route, body: () => Promise<Uint8Array>): Promise<IcResponse> {
    if (route.kind === "status") return ok(this.#status());
    const health = this.#options.health();
    if (health !== "healthy") {
      throw new HttpRefusal(503, `The replica is not healthy yet (${health}); see /api/v2/status.`, {
        "retry-after": "5",
      });
    }
    const envelope = decodeEnvelope(await body());
    const request = authenticateRequest(envelope, this.#state.now());
    if (route.kind === "call") return this.#call(route, expectType(request, "call"));
    if (route.kind === "query") return this.#query(route, expectType(request, "query"));
    return this.#readState(route, expectType(request, "read_state"));
  }

  #status(): Record<string, unknown> {
    const { key, version } = this.#options;
    return {
      root_key: key.publicKey.der,
      impl_version: version ?? "unknown",
      replica_health_status: this.#options.health(),
      certified_height: this.#state.height,
    };
  }

  async #call(route: Route & { kind: "call" }, request: AuthenticatedRequest<CallContent>): Promise<IcResponse> {
    const { content, requestId } = request;
    const destination = findDestination(route.target, content.canister_id, this.#hosting);
    if (destination.kind === "refused") {
      return ok({ status: "non_replicated_rejection", ...rejectionFields(destination.outcome) });
    }
    if (!this.#isKnown(requestId)) await this.#prepareCall(destination, request);
    if (!this.#requestLog.get(requestId)) this.#executeCall(destination, request);
    if (route.version === 2) return ACCEPTED;
    await nextTurn(); // calls that came in at the same time share one signature
    return ok({ status: "replied", certificate: this.#state.certificate([["request_status", requestId]]) });
  }

  #isKnown(requestId: Uint8Array): boolean {
    return this.#requestLog.get(requestId) !== undefined || this.#options.replayGuard?.has(requestId) === true;
  }

  /** A call that expires while it waits is refused: what has executed it before may have forgotten it since. */
  async #prepareCall(
    { canister }: CanisterDestination,
    { content, sender }: AuthenticatedRequest<CallContent>,
  ): Promise<void> {
    const { method_name: method, arg, ingress_expiry } = content;
    const prepared = canister.prepare?.({ method, arg, caller: sender, time: this.#state.now() });
    if (!prepared) return;
    await prepared;
    checkRequestExpiry(ingress_expiry, this.#state.now());
  }

  #executeCall(
    { id, canister }: CanisterDestination,
    { content, sender, requestId }: AuthenticatedRequest<CallContent>,
  ): void {
    const { logger, replayGuard } = this.#options;
    const time = this.#state.now();
    if (!this.#requestLog.hasRoom(time)) {
      throw new HttpRefusal(503, "Too many calls at once; try again later.", { "retry-after": "30" });
    }
    const logged = { sender, canisterId: id, expiry: content.ingress_expiry };
    if (replayGuard?.has(requestId)) return this.#requestLog.add(requestId, logged, undefined);
    replayGuard?.add(requestId, content.ingress_expiry);
    const { method_name: method, arg } = content;
    const outcome = execute(() => canister.update({ method, arg, caller: sender, time }), { method, logger });
    this.#requestLog.add(requestId, logged, outcome);
    logger.log("info", "A call was executed.", {
      canister: id.toText(),
      method,
      sender: sender.toText(),
      outcome: outcome.kind,
      ...(outcome.kind === "reject" && { rejection: outcome.message }),
    });
    return undefined;
  }

  #query(
    route: Route & { kind: "query" },
    request: AuthenticatedRequest<RequestContent & { request_type: "query" }>,
  ): IcResponse {
    const { content, requestId, sender } = request;
    const destination = findDestination(route.target, content.canister_id, this.#hosting);
    const time = this.#state.now();
    const { method_name: method, arg } = content;
    const { logger, nodeKey } = this.#options;
    const outcome =
      destination.kind === "refused"
        ? destination.outcome
        : execute(
            () => {
              const { id, canister } = destination;
              const dataCertificate = (): Uint8Array => this.#state.dataCertificate(id, canister);
              return canister.query({ method, arg, caller: sender, time, dataCertificate });
            },
            { method, logger },
          );
    return ok(signedQueryResponse(outcome, { id: requestId, time }, nodeKey));
  }

  #readState(
    { target }: Route & { kind: "read_state" },
    { content, sender, targets }: AuthenticatedRequest<RequestContent & { request_type: "read_state" }>,
  ): IcResponse {
    checkTarget(target, this.#hosting);
    const { subnetId } = this.#hosting;
    checkPaths(content.paths, { target, sender, targets, subnetId, requestLog: this.#requestLog });
    return ok({ certificate: this.#state.certificate(content.paths) });
  }
}

function ok(value: Record<string, unknown>): IcResponse {
  return { status: 200, body: encodeCbor(value) };
}

type ContentOf<Type extends RequestContent["request_type"]> = RequestContent & { request_type: Type };

function expectType<Type extends RequestContent["request_type"]>(
  request: AuthenticatedRequest<RequestContent>,
  type: Type,
): AuthenticatedRequest<ContentOf<Type>> {
  if (isOfType(request, type)) return request;
  throw new HttpRefusal(400, `This endpoint takes requests of type ${type}, not ${request.content.request_type}.`);
}

function isOfType<Type extends RequestContent["request_type"]>(
  request: AuthenticatedRequest<RequestContent>,
  type: Type,
): request is AuthenticatedRequest<ContentOf<Type>> {
  return request.content.request_type === type;
}
