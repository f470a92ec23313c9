import { strictEqual } from "node:assert/strict";
import {
  familyOf,
  parseCryptoRecordKey,
  parsePrincipal,
  recordSchemaOf,
} from "../../../packages/registry/src/index.ts";
import { firewallScopeText, parseFirewallScope } from "../../../packages/registry/src/firewall-scope.ts";
import { textOf } from "../harness/refusal.ts";

/** Keys of the registry, principals and firewall scopes in textual form. */
export function fuzz(data: Uint8Array): void {
  const text = textOf(data);
  familyOf(text);
  recordSchemaOf(text);
  parseCryptoRecordKey(text);
  const principal = parsePrincipal(text);
  if (principal) strictEqual(parsePrincipal(principal.toText())?.toText(), principal.toText());
  const scope = parseFirewallScope(text);
  if (scope) strictEqual(firewallScopeText(scope), text);
}
