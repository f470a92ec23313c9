/** The endpoint that a path names, before anything in it is checked. */
export interface Endpoint {
  readonly version: 2 | 3 | 4;
  readonly scope: "canister" | "subnet";
  /** Textual form of a principal, unchecked. */
  readonly id: string;
  readonly action: "call" | "query" | "read_state";
}

export const STATUS_PATH = "/api/v2/status";

const PATTERN = /^\/api\/v([234])\/(canister|subnet)\/([a-z0-9-]{1,63})\/(call|query|read_state)$/u;

/** The versions of each endpoint (interface specification 0.66). */
const VERSIONS = {
  canister: { call: [2, 3, 4], query: [2, 3], read_state: [2, 3] },
  subnet: { call: [4], query: [3], read_state: [2, 3] },
} as const;

/** The path of a request target, without its query. */
export function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}

/** `undefined` for a path that is no endpoint of the interface. */
export function matchEndpoint(path: string): Endpoint | undefined {
  const [, digit, scopeName, id, actionName] = PATTERN.exec(path) ?? [];
  if (id === undefined) return undefined;
  const version = digit === "2" ? 2 : digit === "3" ? 3 : 4;
  const scope = scopeName === "subnet" ? "subnet" : "canister";
  const action = actionName === "call" ? "call" : actionName === "query" ? "query" : "read_state";
  const versions: readonly number[] = VERSIONS[scope][action];
  return versions.includes(version) ? { version, scope, id, action } : undefined;
}
