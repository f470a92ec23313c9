import { request } from "node:http";
import * as v from "valibot";
import { IcosError, parseJson, systemErrorCode } from "@icos/system";
import { doneReplySchema, errorReplySchema, type FaultRequest, type PowerAction } from "./control-schema.ts";
import { type TestnetStatus, testnetStatusSchema } from "./status-schema.ts";

/** The other end of a supervisor's control socket. Every call rejects with `no-supervisor` when nobody listens. */
export interface ControlClient {
  status(): Promise<TestnetStatus>;
  power(node: string, action: PowerAction): Promise<void>;
  fault(fault: FaultRequest): Promise<void>;
  shutdown(clean: boolean): Promise<void>;
}

const ANSWER_MS = 10_000;
/** A clean shutdown waits for the guests. */
const SHUTDOWN_MS = 180_000;

export function createControlClient(socketPath: string): ControlClient {
  const done = async (path: string, body: unknown, timeout: number): Promise<void> => {
    await exchange(socketPath, "POST", path, body, doneReplySchema, timeout);
  };
  return {
    status: () => exchange(socketPath, "GET", "/status", undefined, testnetStatusSchema, ANSWER_MS),
    power: (node, action) => done(`/nodes/${node}/power`, { action }, SHUTDOWN_MS),
    fault: (fault) => done("/faults", fault, ANSWER_MS),
    shutdown: (clean) => done("/shutdown", { clean }, SHUTDOWN_MS),
  };
}

/** Whether a supervisor answers at this socket. */
export async function statusIfRunning(client: ControlClient): Promise<TestnetStatus | undefined> {
  try {
    return await client.status();
  } catch (error) {
    if (error instanceof IcosError && error.code === "no-supervisor") return undefined;
    throw error;
  }
}

async function exchange<Schema extends v.GenericSchema>(
  socketPath: string,
  method: "GET" | "POST",
  path: string,
  body: unknown,
  schema: Schema,
  timeout: number,
): Promise<v.InferOutput<Schema>> {
  const { status, text } = await send(socketPath, method, path, body, timeout);
  const what = { code: "supervisor-answer", name: "The supervisor's answer" };
  if (status === 200) return parseJson(schema, text, what);
  const { error } = parseJson(errorReplySchema, text, what);
  throw new IcosError(error.code, error.message, { next: error.next ?? undefined });
}

function send(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  timeout: number,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, agent: false, signal: AbortSignal.timeout(timeout) });
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (cause) => reject(supervisorGone(cause)));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    outgoing.on("error", (cause) => reject(supervisorGone(cause)));
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function supervisorGone(cause: Error): IcosError {
  const code = systemErrorCode(cause) ?? "";
  if (["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTDIR"].includes(code))
    return new IcosError("no-supervisor", "The testnet is not running.", {
      next: "`icos testnet resume` starts it again.",
      cause,
    });
  return new IcosError("supervisor-silent", `The testnet's supervisor does not answer: ${cause.message}.`, {
    next: "Try again; `icos testnet stop` ends it if it stays silent.",
    cause,
  });
}
