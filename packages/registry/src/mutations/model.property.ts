import assert from "node:assert/strict";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import * as fc from "fast-check";
import { type FirewallScope, type PayloadOf, type RegistryMethod } from "../index.ts";
import { hashOfComments, ruleOf } from "../../test/firewall-rules.ts";
import {
  areDistinct,
  isFree,
  isUsed,
  type Model,
  type ModelSubnet,
  observe,
  removeFromModel,
  subnetOfNode,
} from "../../test/model.ts";
import { GOVERNANCE, OPERATOR, OTHER_OPERATOR, person, PROVIDER, subnetOf, TestNetwork } from "../../test/network.ts";
import { testNode } from "../../test/nodes.ts";

const SUCCESSOR = person("another operator of the same provider");
const OPERATORS = [OPERATOR, OTHER_OPERATOR, SUCCESSOR];
const nodes = Array.from({ length: 5 }, (_, index) => testNode(index));
const HOUR = 3_600_000_000_000n;

const MODELLED: readonly RegistryMethod[] = [
  "add_node",
  "remove_node_directly",
  "remove_nodes",
  "update_node_domain_directly",
  "revise_elected_hostos_versions",
  "deploy_hostos_to_some_nodes",
  "create_subnet",
  "delete_subnet",
  "add_nodes_to_subnet",
  "remove_nodes_from_subnet",
  "change_subnet_membership",
  "swap_node_in_subnet_directly",
  "set_subnet_operational_level",
  "deploy_guestos_to_all_subnet_nodes",
  "revise_elected_guestos_versions",
  "deploy_guestos_to_all_unassigned_nodes",
  "update_ssh_readonly_access_for_all_unassigned_nodes",
  "add_api_boundary_nodes",
  "remove_api_boundary_nodes",
  "deploy_guestos_to_some_api_boundary_nodes",
  "update_node_operator_config",
  "migrate_node_operator_directly",
  "add_firewall_rules",
  "remove_firewall_rules",
  "update_firewall_rules",
];

/** A call, and what it ought to do: the model changes in place, and the answer is whether it is accepted. */
interface Step {
  readonly name: string;
  readonly expect: (model: Model) => boolean;
  readonly call: (network: TestNetwork) => string | undefined;
}

function step<M extends RegistryMethod>(
  method: M,
  payload: PayloadOf<M>,
  expect: (model: Model) => boolean,
  caller = GOVERNANCE,
): Step {
  return { name: method, expect, call: (network) => network.try(method, payload, caller) };
}

const texts = (ids: readonly Principal[]): string[] => ids.map((id) => id.toText());
const node = fc.constantFrom(...nodes);
const id = node.map((each) => each.id);
const ids = fc.array(id, { maxLength: 2 });
const caller = fc.constantFrom(OPERATOR, OPERATOR, OTHER_OPERATOR, SUCCESSOR, GOVERNANCE);
const version = fc.constantFrom("v1", "v2", "v3");
const hostos = fc.constantFrom("h1", "h2");
const place = fc.constantFrom(0, 0, 1);
const keys = fc.array(fc.constantFrom("key a", "key b"), { maxLength: 2 });
const elected = { release_package_sha256_hex: "0f".repeat(32), release_package_urls: ["http://x.example/y"] };

/** A step that concerns the subnet at a place of the list as it is then; nothing happens when there is none. */
function withSubnet(at: number, make: (subnet: Principal, find: (model: Model) => ModelSubnet) => Step): Step {
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

const nodeSteps = [
  fc.tuple(node, caller).map(([{ id, payload }, who]) =>
    step(
      "add_node",
      payload,
      (model) => {
        const operator = who.toText();
        const allowance = model.operators[operator] ?? 0;
        if (allowance === 0 || id.toText() in model.nodes) return false;
        model.operators[operator] = allowance - 1;
        model.nodes[id.toText()] = { operator, domain: undefined, hostos: undefined, keys: [] };
        return true;
      },
      who,
    ),
  ),
  fc.tuple(id, caller).map(([node_id, who]) =>
    step(
      "remove_node_directly",
      { node_id },
      (model) => {
        const text = node_id.toText();
        const owner = model.nodes[text]?.operator;
        const family = [OPERATOR, SUCCESSOR].map((each) => each.toText());
        const colleague =
          who.toText() in model.operators && family.includes(who.toText()) && family.includes(owner ?? "");
        if (!isFree(model, text) || (owner !== who.toText() && !colleague)) return false;
        removeFromModel(model, text);
        return true;
      },
      who,
    ),
  ),
  ids.map((node_ids) =>
    step("remove_nodes", { node_ids }, (model) => {
      const there = [...new Set(texts(node_ids))].filter((each) => each in model.nodes);
      if (!there.every((each) => isFree(model, each))) return false;
      for (const each of there) removeFromModel(model, each);
      return true;
    }),
  ),
  fc.tuple(id, fc.constantFrom("a.example", "b.example", undefined), caller).map(([node_id, domain, who]) =>
    step(
      "update_node_domain_directly",
      { node_id, domain },
      (model) => {
        const text = node_id.toText();
        const record = model.nodes[text];
        if (record?.operator !== who.toText()) return false;
        const others = Object.keys(model.boundaryNodes).filter((each) => each !== text);
        const taken = others.some((each) => model.nodes[each]?.domain === domain);
        if (text in model.boundaryNodes && (domain === undefined || taken)) return false;
        record.domain = domain;
        return true;
      },
      who,
    ),
  ),
  fc.tuple(hostos, fc.option(hostos, { nil: undefined })).map(([elect, unelect]) =>
    step(
      "revise_elected_hostos_versions",
      {
        ...elected,
        hostos_version_to_elect: elect,
        hostos_versions_to_unelect: unelect === undefined ? [] : [unelect],
      },
      ({ hostosVersions, nodes }) => {
        const goes = unelect === undefined ? -1 : hostosVersions.indexOf(unelect);
        const used = Object.values(nodes).some((each) => each.hostos !== undefined && each.hostos === unelect);
        if (hostosVersions.includes(elect) || elect === unelect || used) return false;
        if (unelect !== undefined && goes < 0) return false;
        if (goes >= 0) hostosVersions.splice(goes, 1);
        hostosVersions.push(elect);
        hostosVersions.sort();
        return true;
      },
    ),
  ),
  fc.tuple(ids, fc.option(hostos, { nil: undefined })).map(([node_ids, version]) =>
    step("deploy_hostos_to_some_nodes", { node_ids, hostos_version_id: version }, (model) => {
      if (version !== undefined && !model.hostosVersions.includes(version)) return false;
      if (!texts(node_ids).every((each) => each in model.nodes)) return false;
      for (const each of texts(node_ids)) Object.assign(model.nodes[each] ?? {}, { hostos: version });
      return true;
    }),
  ),
];

/** Whether members would be valid: registered, each once, at least one, none of another subnet or at the boundary. */
function membersFit(model: Model, subnet: ModelSubnet, members: readonly string[]): boolean {
  const fits = (each: string): boolean =>
    each in model.nodes && !(each in model.boundaryNodes) && (subnetOfNode(model, each) ?? subnet) === subnet;
  return members.length > 0 && areDistinct(members) && members.every(fits);
}

const swapStep = fc.tuple(id, id, caller).map(([old_node_id, new_node_id, who]) =>
  step(
    "swap_node_in_subnet_directly",
    { old_node_id, new_node_id },
    (model) => {
      const [old, next] = [old_node_id.toText(), new_node_id.toText()];
      const subnet = subnetOfNode(model, old);
      const owned = [old, next].every((each) => model.nodes[each]?.operator === who.toText());
      if (!subnet || subnet.halted || !owned || !isFree(model, next)) return false;
      subnet.members = [...subnet.members.filter((each) => each !== old), next];
      return true;
    },
    who,
  ),
);

const subnetSteps = [
  swapStep,
  swapStep,
  fc.tuple(ids, version).map(([node_ids, replica_version_id]): Step => {
    const create = { ...subnetOf(node_ids), replica_version_id };
    let created: ModelSubnet | undefined;
    return {
      name: "create_subnet",
      expect(model) {
        const members = texts(node_ids);
        const free = members.every((each) => isFree(model, each));
        created = undefined;
        if (members.length === 0 || !areDistinct(members) || !free || !model.versions.includes(replica_version_id)) {
          return false;
        }
        created = { id: "", members, halted: false, version: replica_version_id, keys: create.ssh_readonly_access };
        model.subnets.push(created);
        return true;
      },
      call(network) {
        if (!created) return network.try("create_subnet", create);
        Object.assign(created, { id: network.do("create_subnet", create).new_subnet_id.toText() });
        return undefined;
      },
    };
  }),
  // More rarely than others are made or changed.
  fc.constantFrom(0, 1, 1, 2).map((at) =>
    withSubnet(at, (subnet_id) =>
      step("delete_subnet", { subnet_id }, (model) => {
        delete model.firewall[`subnet_${subnet_id.toText()}`];
        model.subnets.splice(at, 1);
        return true;
      }),
    ),
  ),
  fc.tuple(place, ids).map(([at, node_ids]) =>
    withSubnet(at, (subnet_id, find) =>
      step("add_nodes_to_subnet", { subnet_id, node_ids }, (model) => {
        const members = [...texts(node_ids), ...find(model).members];
        if (!membersFit(model, find(model), members)) return false;
        find(model).members = members;
        return true;
      }),
    ),
  ),
  ids.map((node_ids) =>
    step("remove_nodes_from_subnet", { node_ids }, ({ subnets }) => {
      const left = subnets.map(({ members }) => members.filter((each) => !texts(node_ids).includes(each)));
      if (left.some((members) => members.length === 0)) return false;
      for (const [index, subnet] of subnets.entries()) subnet.members = left[index] ?? [];
      return true;
    }),
  ),
  fc.tuple(place, ids, ids).map(([at, node_ids_add, node_ids_remove]) =>
    withSubnet(at, (subnet_id, find) =>
      step("change_subnet_membership", { subnet_id, node_ids_add, node_ids_remove }, (model) => {
        const [added, removed, old] = [texts(node_ids_add), texts(node_ids_remove), find(model).members];
        const members = [...added, ...old].filter((each) => !removed.includes(each));
        if (!removed.every((each) => old.includes(each)) || added.some((each) => each in model.boundaryNodes)) {
          return false;
        }
        if (!membersFit(model, find(model), members)) return false;
        find(model).members = members;
        return true;
      }),
    ),
  ),
  fc.tuple(place, fc.constantFrom(1, 2), keys, ids).map(([at, operational_level, ssh_readonly_access, some]) =>
    withSubnet(at, (subnet_id, find) =>
      step(
        "set_subnet_operational_level",
        {
          subnet_id,
          operational_level,
          ssh_readonly_access,
          ssh_node_state_write_access: some.map((node_id) => ({ node_id, public_keys: ssh_readonly_access })),
        },
        (model) => {
          if (!areDistinct(texts(some)) || !texts(some).every((each) => each in model.nodes)) return false;
          Object.assign(find(model), { halted: operational_level === 2, keys: ssh_readonly_access });
          for (const each of texts(some)) Object.assign(model.nodes[each] ?? {}, { keys: ssh_readonly_access });
          return true;
        },
      ),
    ),
  ),
  fc.tuple(place, version).map(([at, replica_version_id]) =>
    withSubnet(at, (subnet_id, find) =>
      step("deploy_guestos_to_all_subnet_nodes", { subnet_id, replica_version_id }, (model) => {
        if (!model.versions.includes(replica_version_id)) return false;
        find(model).version = replica_version_id;
        return true;
      }),
    ),
  ),
];

const versionSteps = [
  fc.tuple(version, fc.option(version, { nil: undefined })).map(([elect, unelect]) =>
    step(
      "revise_elected_guestos_versions",
      {
        ...elected,
        replica_version_to_elect: elect,
        replica_versions_to_unelect: unelect === undefined ? [] : [unelect],
      },
      (model) => {
        const goes = unelect === undefined ? -1 : model.versions.indexOf(unelect);
        if (model.versions.includes(elect) || elect === unelect) return false;
        if (unelect !== undefined && (goes < 0 || isUsed(model, unelect))) return false;
        if (goes >= 0) model.versions.splice(goes, 1);
        model.versions.push(elect);
        model.versions.sort();
        return true;
      },
    ),
  ),
  version.map((elected_replica_version) =>
    step("deploy_guestos_to_all_unassigned_nodes", { elected_replica_version }, ({ versions, unassigned }) => {
      if (!versions.includes(elected_replica_version)) return false;
      unassigned.version = elected_replica_version;
      return true;
    }),
  ),
  keys.map((ssh_readonly_keys) =>
    step("update_ssh_readonly_access_for_all_unassigned_nodes", { ssh_readonly_keys }, ({ unassigned }) => {
      unassigned.keys = ssh_readonly_keys;
      return true;
    }),
  ),
  fc.tuple(ids, version).map(([node_ids, version]) =>
    step("add_api_boundary_nodes", { node_ids, version }, (model) => {
      const named = texts(node_ids);
      const domains = [...named, ...Object.keys(model.boundaryNodes)].map((each) => model.nodes[each]?.domain);
      const free = named.every((each) => isFree(model, each));
      const distinct = domains.every((domain, index) => domain !== undefined && domains.indexOf(domain) === index);
      if (!model.versions.includes(version) || !areDistinct(named) || !free || (named.length > 0 && !distinct)) {
        return false;
      }
      for (const each of named) model.boundaryNodes[each] = version;
      return true;
    }),
  ),
  ids.map((node_ids) =>
    step("remove_api_boundary_nodes", { node_ids }, ({ boundaryNodes }) => {
      if (!texts(node_ids).every((each) => each in boundaryNodes)) return false;
      for (const each of texts(node_ids)) delete boundaryNodes[each];
      return true;
    }),
  ),
  fc.tuple(ids, version).map(([node_ids, version]) =>
    step("deploy_guestos_to_some_api_boundary_nodes", { node_ids, version }, ({ boundaryNodes, versions }) => {
      if (!versions.includes(version) || !texts(node_ids).every((each) => each in boundaryNodes)) return false;
      for (const each of texts(node_ids)) boundaryNodes[each] = version;
      return true;
    }),
  ),
];

const operatorSteps = [
  fc.tuple(fc.constantFrom(...OPERATORS), fc.nat(4)).map(([node_operator_id, allowance]) =>
    step(
      "update_node_operator_config",
      { node_operator_id, node_allowance: BigInt(allowance), rewardable_nodes: [] },
      ({ operators }) => {
        if (!(node_operator_id.toText() in operators)) return false;
        operators[node_operator_id.toText()] = allowance;
        return true;
      },
    ),
  ),
  fc
    .constantFrom([OPERATOR, SUCCESSOR] as const, [SUCCESSOR, OPERATOR] as const, [OPERATOR, OTHER_OPERATOR] as const)
    .map(([from, to]): Step => {
      const [old, next] = [from.toText(), to.toText()];
      return {
        name: "migrate_node_operator_directly",
        expect({ operators, nodes }) {
          if (!(old in operators) || to === OTHER_OPERATOR) return false;
          operators[next] = (operators[next] ?? 0) + (operators[old] ?? 0);
          delete operators[old];
          for (const record of Object.values(nodes)) if (record.operator === old) record.operator = next;
          return true;
        },
        call(network) {
          network.time += 13n * HOUR;
          const payload = { old_node_operator_id: from, new_node_operator_id: to };
          return network.try("migrate_node_operator_directly", payload, PROVIDER);
        },
      };
    }),
];

const scopes: fc.Arbitrary<FirewallScope> = fc.oneof(
  fc.constant({ kind: "global" } as const),
  id.map((each) => ({ kind: "node", node: each }) as const),
);
const scopeText = (scope: FirewallScope): string =>
  scope.kind === "node" ? `node_${scope.node.toText()}` : scope.kind;

/** A change of rules whose hash is the one that the model expects. */
function firewallStep(
  method: "add_firewall_rules" | "remove_firewall_rules" | "update_firewall_rules",
  scope: FirewallScope,
  comments: readonly string[],
  positions: readonly number[],
  change: (old: readonly string[]) => readonly string[] | undefined,
): Step {
  let expected: readonly string[] | undefined;
  return {
    name: method,
    expect(model) {
      const key = scopeText(scope);
      expected = change(model.firewall[key] ?? []);
      if (!expected || (scope.kind === "node" && !(scope.node.toText() in model.nodes) && expected.length > 0)) {
        return false;
      }
      if (expected.length > 0) model.firewall[key] = expected;
      else delete model.firewall[key];
      return true;
    },
    call(network) {
      const expected_hash = hashOfComments(expected ?? []);
      return network.try(method, { scope, expected_hash, positions, rules: comments.map(ruleOf) });
    },
  };
}

const positions = fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 2 });
const comments = (count: number): string[] => ["x", "y"].slice(0, count);
const firewallSteps = [
  fc.tuple(scopes, positions).map(([scope, at]) =>
    firewallStep("add_firewall_rules", scope, comments(at.length), at, (old) => {
      if (at.some((position) => position < 0 || position > old.length)) return undefined;
      // Before each old rule, and at the end, what was put there.
      return [...old, undefined].flatMap((rule, index) => [
        ...comments(at.length).filter((_, which) => at[which] === index),
        ...(rule === undefined ? [] : [rule]),
      ]);
    }),
  ),
  fc
    .tuple(scopes, positions)
    .map(([scope, at]) =>
      firewallStep("remove_firewall_rules", scope, [], at, (old) =>
        at.every((position) => position in old) ? old.filter((_, index) => !at.includes(index)) : undefined,
      ),
    ),
  fc.tuple(scopes, positions).map(([scope, at]) =>
    firewallStep("update_firewall_rules", scope, comments(at.length), at, (old) => {
      if (!at.every((position) => position in old)) return undefined;
      return old.map((rule, index) => comments(at.length).findLast((_, which) => at[which] === index) ?? rule);
    }),
  ),
];

const steps = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(...nodeSteps) },
  { weight: 4, arbitrary: fc.oneof(...subnetSteps) },
  { weight: 3, arbitrary: fc.oneof(...versionSteps) },
  { weight: 1, arbitrary: fc.oneof(...operatorSteps) },
  { weight: 2, arbitrary: fc.oneof(...firewallSteps) },
);

void test("any sequence of calls leaves what an independent model says, and is accepted where it says so", () => {
  const accepted = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(steps, { minLength: 30, maxLength: 60 }), (sequence) => {
      const network = new TestNetwork({ nodeSwapping: { callers: "all", subnets: "all" } });
      for (const each of nodes.slice(0, 4)) network.join(each);
      network.do("create_subnet", subnetOf(nodes.slice(0, 2).map((each) => each.id)));
      const model = observe(network.state);
      for (const step of sequence) {
        const expected = step.expect(model);
        const { name } = step;
        const code = step.call(network);
        assert.equal(code === undefined, expected, `${name}: ${code ?? "accepted"}`);
        assert.deepEqual(observe(network.state), model, name);
        if (expected) accepted.set(name, (accepted.get(name) ?? 0) + 1);
      }
    }),
    { numRuns: 80, seed: 7 },
  );
  // The model would agree with a registry that refuses everything: each kind of call has to be accepted at times.
  const rare = MODELLED.filter((method) => (accepted.get(method) ?? 0) < 3);
  assert.deepEqual(rare, []);
});
