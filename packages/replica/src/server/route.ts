import { Principal } from "@icos/certification";
import { HttpRefusal } from "./http-refusal.ts";

export type Target =
  | { readonly kind: "canister"; readonly id: Principal }
  | { readonly kind: "subnet"; readonly id: Principal };

export type Route =
  | { readonly kind: "status" }
  | { readonly kind: "call"; readonly version: 2 | 3 | 4; readonly target: Target }
  | { readonly kind: "query"; readonly target: Target }
  | { readonly kind: "read_state"; readonly target: Target };

const ENDPOINT = /^\/api\/v([234])\/(canister|subnet)\/([a-z0-9-]{1,63})\/(call|query|read_state)$/u;

/** The versions of each endpoint (interface specification 0.66). */
const VERSIONS: Readonly<Record<string, readonly number[]>> = {
  "canister/call": [2, 3, 4],
  "subnet/call": [4],
  "canister/query": [2, 3],
  "subnet/query": [3],
  "canister/read_state": [2, 3],
  "subnet/read_state": [2, 3],
};

/** What a request line asks for; throws the refusal for what there is not. */
export function findRoute(method: string, url: string): Route {
  const path = url.split("?", 1)[0] ?? "";
  if (path === "/api/v2/status") {
    allow(method, ["GET", "HEAD"]);
    return { kind: "status" };
  }
  const [, digit, scope, text, action] = ENDPOINT.exec(path) ?? [];
  const version = digit === "2" ? 2 : digit === "3" ? 3 : 4;
  if (text === undefined || !VERSIONS[`${scope}/${action}`]?.includes(version)) {
    throw new HttpRefusal(404, `There is nothing at ${path.slice(0, 200)}.`);
  }
  allow(method, ["POST"]);
  const target: Target = { kind: scope === "subnet" ? "subnet" : "canister", id: principal(text) };
  if (action === "call") return { kind: "call", version, target };
  return { kind: action === "query" ? "query" : "read_state", target };
}

function allow(method: string, methods: readonly string[]): void {
  if (methods.includes(method)) return;
  const list = methods.join(", ");
  throw new HttpRefusal(405, `This endpoint takes ${list} requests.`, { allow: list });
}

function principal(text: string): Principal {
  try {
    return Principal.fromText(text);
  } catch {
    throw new HttpRefusal(400, `"${text}" is not the textual form of a principal.`);
  }
}
