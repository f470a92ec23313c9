import * as fc from "fast-check";
import { isFree, removeFromModel } from "../model.ts";
import { OPERATOR } from "../network.ts";
import { step } from "./step.ts";
import { caller, elected, hostos, id, ids, node, SUCCESSOR, texts } from "./values.ts";

export const nodeSteps = [
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
