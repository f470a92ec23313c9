import assert from "node:assert/strict";
import { Principal } from "@icos/certification";
import type { PayloadOf, RegistryMethod } from "../../src/index.ts";
import type { Model, ModelSubnet } from "../model.ts";
import { GOVERNANCE, TestNetwork } from "../network.ts";

/** A call, and what it ought to do: the model changes in place, and the answer is whether it is accepted. */
export interface Step {
  readonly name: string;
  readonly expect: (model: Model) => boolean;
  readonly call: (network: TestNetwork) => string | undefined;
}

export function step<M extends RegistryMethod>(
  method: M,
  payload: PayloadOf<M>,
  expect: (model: Model) => boolean,
  caller = GOVERNANCE,
): Step {
  return { name: method, expect, call: (network) => network.try(method, payload, caller) };
}

/** A step that concerns the subnet at a place of the list as it is then; nothing happens when there is none. */
export function withSubnet(at: number, make: (subnet: Principal, find: (model: Model) => ModelSubnet) => Step): Step {
  let made: Step | undefined;
  const find = (model: Model): ModelSubnet => {
    const found = model.subnets[at];
    assert.ok(found);
    return found;
  };
  return {
    get name() {
      return made?.name ?? "no subnet";
    },
    expect(model) {
      const subnet = model.subnets[at];
      made = subnet && make(Principal.fromText(subnet.id), find);
      return made?.expect(model) ?? true;
    },
    call: (network) => made?.call(network),
  };
}
