import * as fc from "fast-check";
import { areDistinct, isFree, type Model, type ModelSubnet, subnetOfNode } from "../model.ts";
import { subnetOf } from "../network.ts";
import { step, type Step, withSubnet } from "./step.ts";
import { caller, id, ids, keys, place, texts, version } from "./values.ts";

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

export const subnetSteps = [
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
