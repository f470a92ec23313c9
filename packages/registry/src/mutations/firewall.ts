import { hash } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { type FirewallScope, firewallScopeText } from "../firewall-scope.ts";
import { registryKey } from "../keys.ts";
import {
  encodeRecord,
  FirewallAction,
  FirewallRuleDirection,
  FirewallRuleSchema,
  FirewallRuleSetSchema,
  type FirewallRule,
} from "../records.ts";
import { put, type Mutation } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import type { MutationFunction } from "./context.ts";
import { refuse } from "./refuse.ts";

export interface FirewallRulePayload {
  /** Addresses, or prefixes with a length. */
  readonly ipv4_prefixes: readonly string[];
  readonly ipv6_prefixes: readonly string[];
  readonly ports: readonly number[];
  /** 1 allow, 2 deny, 3 reject. */
  readonly action: number;
  readonly comment: string;
  readonly user?: string | undefined;
  /** 1 inbound, 2 outbound. */
  readonly direction?: number | undefined;
}

interface FirewallChange {
  readonly scope: FirewallScope;
  /** {@link firewallRulesHash} of the rules afterwards: what a reviewer of the proposal has seen, and nothing else. */
  readonly expected_hash: string;
  readonly positions: readonly number[];
}

export interface AddFirewallRulesPayload extends FirewallChange {
  readonly rules: readonly FirewallRulePayload[];
}

export type RemoveFirewallRulesPayload = FirewallChange;

export interface UpdateFirewallRulesPayload extends FirewallChange {
  readonly rules: readonly FirewallRulePayload[];
}

/**
 * Rules go before those that have the positions now; several at one position keep their order.
 */
export const addFirewallRules: MutationFunction<AddFirewallRulesPayload, undefined> = ({ view }, payload) => {
  const rules = rulesOf(view, payload.scope);
  const additions = placed(payload).sort((a, b) => a.position - b.position);
  for (const [added, { rule, position }] of additions.entries()) {
    requirePosition(position, rules.length - added);
    rules.splice(position + added, 0, rule);
  }
  return { mutations: [rulesWritten(payload, rules)], reply: undefined };
};

/** A position that is named twice counts once. */
export const removeFirewallRules: MutationFunction<RemoveFirewallRulesPayload, undefined> = ({ view }, payload) => {
  const rules = rulesOf(view, payload.scope);
  for (const position of payload.positions) requirePosition(position, rules.length - 1);
  const left = rules.filter((_, place) => !payload.positions.includes(place));
  return { mutations: [rulesWritten(payload, left)], reply: undefined };
};

/** Of several rules for one position the last one counts. */
export const updateFirewallRules: MutationFunction<UpdateFirewallRulesPayload, undefined> = ({ view }, payload) => {
  const rules = rulesOf(view, payload.scope);
  for (const { rule, position } of placed(payload)) {
    requirePosition(position, rules.length - 1);
    rules[position] = rule;
  }
  return { mutations: [rulesWritten(payload, rules)], reply: undefined };
};

/** SHA-256 in upper-case hex of the encoded rules one after the other, which is not that of the encoded set. */
export function firewallRulesHash(rules: readonly FirewallRule[]): string {
  const bytes = Buffer.concat(rules.map((rule) => encodeRecord(FirewallRuleSchema, rule)));
  return hash("sha256", bytes, "hex").toUpperCase();
}

/** The rules of a scope; none when there is no record. */
function rulesOf(view: RegistryView, scope: FirewallScope): FirewallRule[] {
  return [...(readRecord(view, FirewallRuleSetSchema, registryKey.firewallRules(scope))?.entries ?? [])];
}

function placed({ rules, positions }: AddFirewallRulesPayload): { rule: FirewallRule; position: number }[] {
  if (rules.length !== positions.length) {
    throw refuse("firewall-positions", `There are ${rules.length} rules but ${positions.length} positions.`);
  }
  return rules.map((rule, index) => ({ rule: ruleRecord(rule, index), position: positions[index] ?? 0 }));
}

function requirePosition(position: number, last: number): void {
  if (position >= 0 && position <= last) return;
  throw refuse("firewall-positions", `There is no position ${position} in the rules of this scope.`, { position });
}

/** A scope whose last rule goes keeps an empty record. */
function rulesWritten({ scope, expected_hash }: FirewallChange, rules: readonly FirewallRule[]): Mutation {
  const actual = firewallRulesHash(rules);
  if (actual !== expected_hash.toUpperCase()) {
    const sentence = `The rules of ${firewallScopeText(scope)} would have the hash ${actual}, not ${expected_hash}.`;
    throw refuse("firewall-hash", sentence, { actual, expected: expected_hash });
  }
  return put("upsert", registryKey.firewallRules(scope), FirewallRuleSetSchema, { entries: [...rules] });
}

function ruleRecord(rule: FirewallRulePayload, index: number): FirewallRule {
  const action = Object.values(FirewallAction).find((value) => value === rule.action);
  const direction = Object.values(FirewallRuleDirection).find((value) => value === rule.direction);
  if (action === undefined || (rule.direction !== undefined && direction === undefined)) {
    throw refuse("firewall-rule", `Rule ${index} has an action or a direction that is not known.`, { index });
  }
  return create(FirewallRuleSchema, {
    ipv4Prefixes: [...rule.ipv4_prefixes],
    ipv6Prefixes: [...rule.ipv6_prefixes],
    ports: [...rule.ports],
    action,
    comment: rule.comment,
    ...(rule.user !== undefined && { user: rule.user }),
    ...(direction !== undefined && { direction }),
  });
}
