import { Principal } from "@icos/certification/principal";
import { matchEndpoint, pathOf, STATUS_PATH } from "./endpoint.ts";
import { allowMethods, HttpRefusal } from "./http-refusal.ts";

export type Target =
  | { readonly kind: "canister"; readonly id: Principal }
  | { readonly kind: "subnet"; readonly id: Principal };

export type Route =
  | { readonly kind: "status" }
  | { readonly kind: "call"; readonly version: 2 | 3 | 4; readonly target: Target }
  | { readonly kind: "query"; readonly target: Target }
  | { readonly kind: "read_state"; readonly target: Target };

/** What a request line asks for; throws the refusal for what there is not. */
export function findRoute(method: string, url: string): Route {
  const path = pathOf(url);
  if (path === STATUS_PATH) {
    allowMethods(method, ["GET", "HEAD"]);
    return { kind: "status" };
  }
  const endpoint = matchEndpoint(path);
  if (!endpoint) throw new HttpRefusal(404, `There is nothing at ${path.slice(0, 200)}.`);
  allowMethods(method, ["POST"]);
  const target: Target = { kind: endpoint.scope, id: principal(endpoint.id) };
  if (endpoint.action === "call") return { kind: "call", version: endpoint.version, target };
  return { kind: endpoint.action, target };
}

function principal(text: string): Principal {
  try {
    return Principal.fromText(text);
  } catch {
    throw new HttpRefusal(400, `"${text}" is not the textual form of a principal.`);
  }
}
