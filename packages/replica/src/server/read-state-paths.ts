import { equalBytes, type Principal } from "@icos/certification";
import { HttpRefusal } from "./http-refusal.ts";
import type { RequestLog } from "./request-log.ts";
import type { Target } from "./route.ts";

export interface PathRules {
  readonly target: Target;
  readonly sender: Principal;
  /** The canisters that the sender's delegations allow. */
  readonly targets: ReadonlySet<string> | undefined;
  readonly subnetId: Principal;
  readonly requestLog: RequestLog;
}

type Labels = readonly Uint8Array[];

const SUBNET_FIELDS: ReadonlySet<string> = new Set(["public_key", "type", "canister_ranges"]);
const STATUS_FIELDS: ReadonlySet<string> = new Set(["status", "reply", "reject_code", "reject_message", "error_code"]);

/**
 * Who may read what (interface specification, "Request: Read state"): throws a 404 for paths there are not, and a 403
 * for those that are not the sender's.
 */
export function checkPaths(paths: readonly Labels[], rules: PathRules): void {
  for (const path of paths) {
    if (!mayRequest(path, rules)) throw new HttpRefusal(404, `The path ${show(path)} cannot be requested here.`);
  }
  sameSecondLabel(paths, "request_status");
  sameSecondLabel(paths, "canister_ranges");
}

function mayRequest(path: Labels, rules: PathRules): boolean {
  const [, id, field, ...more] = path;
  const { target, subnetId } = rules;
  switch (text(path[0]) ?? "") {
    case "time":
      return path.length === 1;
    case "subnet":
      return path.length <= 2 || SUBNET_FIELDS.has(text(field) ?? "")
        ? path.length <= 3
        : text(field) === "node" && (more.length <= 1 || (more.length === 2 && text(more[1]) === "public_key"));
    case "canister_ranges":
      return target.kind === "subnet" && path.length === 2 && isId(id, subnetId);
    case "request_status":
      if (path.length > 3 || id?.length !== 32) return false;
      if (path.length === 3 && !STATUS_FIELDS.has(text(field) ?? "")) return false;
      checkStatusReader(id, rules);
      return true;
    case "canister":
      return target.kind === "canister" && isId(id, target.id) && isCanisterField(path.slice(2));
    default:
      return false;
  }
}

function isCanisterField([field, name, ...more]: Labels): boolean {
  if (more.length > 0) return false;
  if (text(field) === "metadata") return text(name) !== undefined;
  return name === undefined && (text(field) === "module_hash" || text(field) === "controllers");
}

function checkStatusReader(id: Uint8Array, { sender, targets, target, requestLog }: PathRules): void {
  const request = requestLog.get(id);
  if (!request) return; // its absence is everyone's to know
  const own = request.sender.toText() === sender.toText();
  const canister = request.canisterId.toText();
  const here = target.kind === "subnet" || target.id.toText() === canister;
  if (own && here && (targets === undefined || targets.has(canister))) return;
  throw new HttpRefusal(403, "The status of a call can be read by its sender, at the canister that was called.");
}

function sameSecondLabel(paths: readonly Labels[], first: string): void {
  const ids = paths.filter((path) => text(path[0]) === first).map((path) => Buffer.from(path[1] ?? "").toString("hex"));
  if (new Set(ids).size > 1) throw new HttpRefusal(400, `All paths below /${first} have to be of the same id.`);
}

function isId(label: Uint8Array | undefined, id: Principal): boolean {
  return label !== undefined && equalBytes(label, id.toUint8Array());
}

/** A label as text; `undefined` when it is not UTF-8. */
function text(label: Uint8Array | undefined): string | undefined {
  if (label === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(label);
  } catch {
    return undefined;
  }
}

function show(path: Labels): string {
  const labels = path.slice(0, 6).map((label) => {
    const name = text(label.subarray(0, 64));
    return name !== undefined && /^[\w:.-]+$/u.test(name)
      ? name
      : `0x${Buffer.from(label.subarray(0, 32)).toString("hex")}`;
  });
  return `/${labels.join("/")}`;
}
