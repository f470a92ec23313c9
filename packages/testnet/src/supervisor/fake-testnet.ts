import { setImmediate as turn } from "node:timers/promises";
import { silentLogger, type Clock } from "@icos/system";
import type { LinkFault } from "../control/status-schema.ts";
import { testnetDirectories } from "../state/directories.ts";
import { planTestnet, type TestnetPlan } from "../topology/plan.ts";
import { defaultTopology } from "../topology/topology.ts";
import type { Machine, RunningServices, SupervisorModules } from "./modules.ts";

/** A testnet without machines, for tests: the registry outlives supervisors, time moves only by `tick`. */
export interface FakeTestnet {
  readonly plan: TestnetPlan;
  readonly modules: SupervisorModules;
  readonly createdSubnets: (readonly string[])[];
  readonly starts: ReadonlyMap<string, number>;
  readonly attempts: ReadonlyMap<string, number>;
  readonly links: ReadonlyMap<string, LinkFault>;
  partition(): readonly (readonly string[])[] | undefined;
  running(): string[];
  servicesOpen(): number;
  /** Moves time on, in steps of `milliseconds / rounds`. */
  tick(milliseconds?: number, rounds?: number): Promise<void>;
  die(node: string): void;
  endServices(): void;
  failServices(error: Error | undefined): void;
  failRegistry(error: Error | undefined): void;
  failStart(node: string, error: Error | undefined): void;
}

/** How long after its start a fake node registers and, as a member, is healthy. */
const BOOT_MS = 3_000;

export function createFakeTestnet(count: number, plan: TestnetPlan = fakePlan(count)): FakeTestnet {
  const time = createFakeClock();
  const { clock } = time;
  const runningSince = new Map<string, number>();
  const registered = new Set<string>();
  const createdSubnets: (readonly string[])[] = [];
  const starts = new Map<string, number>();
  const attempts = new Map<string, number>();
  const links = new Map<string, LinkFault>();
  const startErrors = new Map<string, Error>();
  let servicesError: Error | undefined;
  let registryError: Error | undefined;
  let generation = 0;
  let open = 0;
  let groups: readonly (readonly string[])[] | undefined;

  const booted = (node: string): boolean => clock.now() - (runningSince.get(node) ?? Infinity) >= BOOT_MS;
  const bump = (counter: Map<string, number>, key: string): void => void counter.set(key, (counter.get(key) ?? 0) + 1);

  function createServices(): RunningServices {
    const mine = ++generation;
    open += 1;
    let closed = false;
    return {
      nns: { url: "http://127.0.0.1:1", rootKey: "00" },
      statusUrl: (node) => `http://127.0.0.1:2/${node}`,
      isRunning: () => generation === mine,
      async readRegistry() {
        if (registryError) throw registryError;
        for (const { name } of plan.nodes) if (booted(name)) registered.add(name);
        return {
          nodeIdByAddress: new Map(
            plan.nodes.filter(({ name }) => registered.has(name)).map(({ name, ipv6 }) => [ipv6, `id-${name}`]),
          ),
          subnetIdByNode: new Map(createdSubnets.flatMap((ids, i) => ids.map((id) => [id, `subnet-${i + 1}`]))),
          hostVersionByNode: new Map(),
        };
      },
      createSubnet: async (ids) => void createdSubnets.push(ids),
      assignHostVersion: async () => undefined,
      async probe({ name }) {
        const member = createdSubnets.flat().includes(`id-${name}`);
        const replica = booted(name) && member ? { healthy: true, version: "replica-v1" } : undefined;
        return { orchestrator: booted(name), replica, host: undefined };
      },
      async close() {
        if (!closed) open -= 1;
        closed = true;
      },
    };
  }

  function createMachine(name: string): Machine {
    const off = async (): Promise<void> => void runningSince.delete(name);
    return {
      isRunning: () => runningSince.has(name),
      async start() {
        bump(attempts, name);
        const error = startErrors.get(name);
        if (error) throw error;
        bump(starts, name);
        runningSince.set(name, clock.now());
      },
      stop: off,
      kill: off,
      reset: async () => void runningSince.set(name, clock.now()),
    };
  }

  return {
    plan,
    createdSubnets,
    starts,
    attempts,
    links,
    modules: {
      accelerator: "tcg",
      async startServices() {
        if (servicesError) throw servicesError;
        return createServices();
      },
      prepareMachine: async ({ name }) => createMachine(name),
      links: { set: (node, fault) => void links.set(node, fault), partition: (next) => void (groups = next) },
      clock,
      logger: silentLogger,
    },
    partition: () => groups,
    running: () => [...runningSince.keys()],
    servicesOpen: () => open,
    async tick(milliseconds = 1_000, rounds = 1) {
      for (let i = 0; i < rounds; i++) {
        time.advance(milliseconds / rounds);
        await settle();
      }
    },
    die: (node) => void runningSince.delete(node),
    endServices: () => void (generation += 1),
    failServices: (error) => void (servicesError = error),
    failRegistry: (error) => void (registryError = error),
    failStart: (node, error) => void (error ? startErrors.set(node, error) : startErrors.delete(node)),
  };
}

function fakePlan(count: number): TestnetPlan {
  const directories = testnetDirectories("fake", { ICOS_STATE_DIR: "/nonexistent" }, 0);
  return planTestnet(directories, defaultTopology(count), (mac) => ({ mac, ipv6: `address-of-${mac}` }));
}

/** Lets everything run that waits for nothing but promises. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

function createFakeClock(): { clock: Clock; advance(milliseconds: number): void } {
  let now = 0;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    clock: {
      now: () => now,
      sleep: (milliseconds, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(new Error("aborted"));
          const sleeper = { until: now + milliseconds, wake: resolve };
          sleepers.add(sleeper);
          signal?.addEventListener("abort", () => {
            sleepers.delete(sleeper);
            reject(new Error("aborted"));
          });
        }),
    },
    advance(milliseconds) {
      now += milliseconds;
      for (const sleeper of sleepers)
        if (sleeper.until <= now) {
          sleepers.delete(sleeper);
          sleeper.wake();
        }
    },
  };
}
