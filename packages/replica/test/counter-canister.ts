import { createHash } from "node:crypto";
import { utf8 } from "@icos/certification";
import { IcosError } from "@icos/system";
import { type Canister, methodNotFound } from "../src/index.ts";

/** A canister to test the interface with: it counts, certifies its count, and fails in every way on request. */
export class CounterCanister implements Canister {
  count = 0;
  /** What calls of `increment` wait for before their turn. */
  preparing: Promise<void> | undefined;
  /** Calls that were asked to be prepared. */
  prepared = 0;

  query({ method, arg, caller, dataCertificate }: Parameters<Canister["query"]>[0]): ReturnType<Canister["query"]> {
    if (method === "get") return { kind: "reply", reply: Uint8Array.of(this.count) };
    if (method === "echo") return { kind: "reply", reply: arg };
    if (method === "whoami") return { kind: "reply", reply: caller.toUint8Array() };
    if (method === "certificate") return { kind: "reply", reply: dataCertificate() };
    if (method === "crash") throw new Error("an inner detail");
    return methodNotFound("query", method);
  }

  update({ method, caller }: Parameters<Canister["update"]>[0]): ReturnType<Canister["update"]> {
    if (method === "increment") return { kind: "reply", reply: Uint8Array.of(++this.count) };
    if (method === "whoami") return { kind: "reply", reply: caller.toUint8Array() };
    if (method === "refuse") return { kind: "reject", code: 4, message: "No." };
    if (method === "crash") throw new Error("an inner detail");
    if (method === "trap") throw new IcosError("test-trap", "A sentence for people.");
    return methodNotFound("update", method);
  }

  prepare({ method }: Parameters<Canister["update"]>[0]): Promise<void> | undefined {
    this.prepared += 1;
    return method === "increment" ? this.preparing : undefined;
  }

  certifiedData(): Uint8Array {
    return createHash("sha256").update(String(this.count)).digest();
  }

  metadata(): ReadonlyMap<string, Uint8Array> {
    return new Map([["candid:service", utf8("service : {}")]]);
  }
}
