import * as fc from "fast-check";
import { areDistinct, isFree, isUsed } from "../model.ts";
import { step } from "./step.ts";
import { elected, ids, keys, texts, version } from "./values.ts";

export const versionSteps = [
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
