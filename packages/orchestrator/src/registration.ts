import { describeError, type Clock, type Logger } from "@icos/system";
import { shortened, type Console } from "./console.ts";

/** What registering needs of the outside. */
export interface RegistrationModules {
  /** Whether the replicated registry, at its latest version, holds all of this node's keys. */
  isRegistered(): boolean | Promise<boolean>;
  /** The encoded argument of `add_node`. */
  assemble(): Promise<Uint8Array>;
  /** Sends `add_node`; rejects with the registry's or the network's error. */
  send(payload: Uint8Array): Promise<void>;
  /** Waits a little (less when something is `expected` soon), then polls the registry once. Rejects only when aborted. */
  pollAgain(expected: boolean): Promise<void>;
  readonly clock: Clock;
  readonly console: Console;
  readonly logger: Logger;
}

/**
 * After the registry has accepted the node, the request is not sent again for this long: what is left is replication, and a
 * second request could only be refused.
 */
const REPLICATION_PATIENCE_MS = 60_000;

/**
 * Registers the node unless it is. Ends only when the *replicated* registry shows the node's keys, whatever the answers to
 * the requests were. Every error, of whatever kind, is reported and tried again: an operator record may come later.
 */
export async function registerNode(
  modules: RegistrationModules,
  signal: AbortSignal,
): Promise<"already-registered" | "registered"> {
  const { console, logger, clock } = modules;
  if (await modules.isRegistered()) return "already-registered";
  let payload: Uint8Array | undefined;
  let acceptedAt: number | undefined;
  do {
    try {
      if (payload === undefined) payload = await modules.assemble();
      if (acceptedAt === undefined || clock.now() - acceptedAt >= REPLICATION_PATIENCE_MS) {
        console.line("Registration is not complete: sending the join request to the registry.");
        acceptedAt = undefined;
        await modules.send(payload);
        acceptedAt = clock.now();
        console.line("The registry has accepted the join request; waiting until its records arrive here.");
      }
    } catch (error) {
      signal.throwIfAborted();
      report(error, payload, modules);
    }
    await modules.pollAgain(acceptedAt !== undefined);
  } while (!(await modules.isRegistered()));
  logger.log("info", "The node is registered.");
  console.line("Join request successful: the registry lists this node.");
  console.line("Join request successful: the operator key is not needed any more and may be removed.");
  return "registered";
}

function report(error: unknown, payload: Uint8Array | undefined, { console, logger }: RegistrationModules): void {
  const what = payload === undefined ? "The join request could not be made" : "The join request failed";
  const description = describeError(error);
  const fields = payload === undefined ? {} : { payload: Buffer.from(payload).toString("hex") };
  logger.log("error", `${what}.`, { error: description, ...fields });
  console.line(shortened(`${what}: ${description} It will be tried again.`));
}
