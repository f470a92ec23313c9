import { describeError, type Phase } from "@icos/system";
import { requestBootConfirmation } from "./confirm-boot.ts";
import { createJoinRequest } from "./join.ts";
import { holdsKeys } from "./node-registry.ts";
import type { NodeServices } from "./node-services.ts";
import { registerNode } from "./registration.ts";

/** What the start-up phases get. */
export interface Startup {
  readonly node: NodeServices;
  readonly signal: AbortSignal;
  /** Keeps firewall and SSH keys in step with the registry from here on. */
  readonly startProtection: () => void;
  /** Starts the background polling of the registry. */
  readonly startPolling: () => void;
}

const JOIN_RETRY_MS = 5_000;
/** The records of a node that was accepted are there already, as a rule; a poll takes longer than this. */
const JOINED_POLL_MS = 100;
/** Nobody may be at the screen of the host just then. Upstream's number. */
const JOINED_REPETITIONS = 10;

/** In this order, each once; replication and registration may wait for as long as it takes. */
export const STARTUP_PHASES: readonly Phase<Startup>[] = [
  {
    name: "read the stored registry",
    async run({ node: { registry }, startProtection }) {
      const stored = await registry.pollOnce().catch(() => 0); // damage is healed by the replicator, below
      startProtection();
      return `version ${stored}`;
    },
  },
  {
    name: "replicate the registry",
    async run({ node, signal }) {
      const { console, registry, replicator, config } = node;
      if (registry.latestVersion() === 0) {
        console.line("Onboarding may take up to 10 minutes. Please do not switch the node off.");
        console.line(`Waiting for the registry at ${config.registration.nns_url}.`);
      }
      await replicator.init(signal);
      return `version ${registry.latestVersion()}`;
    },
  },
  {
    name: "register",
    async run({ node, signal }) {
      const { options, registry, keys, config, verifier, clock, console, logger, host, nodeId } = node;
      if (!options.registers) return "not asked to";
      // A store that is older than the registration would make the node ask again, only to be refused.
      if (!holdsKeys(registry, keys)) await pollAgain(node, 0, signal);
      const result = await registerNode(
        {
          isRegistered: () => holdsKeys(registry, keys),
          ...createJoinRequest({ config, keys: keys.public, verifier, clock, signal }),
          pollAgain: (expected) => pollAgain(node, expected ? JOINED_POLL_MS : JOIN_RETRY_MS, signal),
          clock,
          console,
          logger,
        },
        signal,
      );
      if (result === "registered") host.show(`Join request successful: node ${nodeId}.`, JOINED_REPETITIONS);
      return result;
    },
  },
  {
    name: "confirm the boot",
    async run({ node: { options, logger, console } }) {
      try {
        return await requestBootConfirmation({ grubenv: options.grubenv, request: options.confirmRequest });
      } catch (error) {
        // The node works; what is lost is the protection of this version against the next reboot.
        const description = describeError(error);
        logger.log("error", "The boot could not be confirmed.", { error: description });
        console.line(`The boot could not be confirmed: ${description}`);
        return "failed";
      }
    },
  },
  {
    name: "follow the assignment",
    async run({ node }) {
      await node.task.check();
    },
  },
  {
    // Last: verifying a certificate takes a slow machine a second, in which nothing else of this process gets on.
    name: "keep polling the registry",
    async run({ startPolling }) {
      startPolling();
    },
  },
];

/** Registration polls by itself, so that the node goes on as soon as its records are there. */
async function pollAgain(
  { clock, replicator, logger }: NodeServices,
  delay: number,
  signal: AbortSignal,
): Promise<void> {
  await clock.sleep(delay, signal);
  try {
    await replicator.poll(signal);
  } catch (error) {
    signal.throwIfAborted();
    logger.log("warning", "The registry could not be polled.", { error: describeError(error) });
  }
}
