import { formatTryState, parseTryState, TRY_FILE } from "./try-file.ts";
import {
  beginTry,
  confirmTry,
  inForce,
  type Moment,
  type NetworkSettings,
  revertTry,
  settleTry,
  timeLeft,
  type TryState,
  UNTOUCHED,
} from "./try-state.ts";

export interface TryModules {
  /** The file with the state; a write is durable when it returns, and whole or not at all. */
  readonly store: { read(): Promise<string | undefined>; write(text: string): Promise<void> };
  /** Puts settings into force; `null` those of the configuration. May be done again at any time. */
  readonly network: { apply(settings: NetworkSettings | null): Promise<void> };
  /** Starts what calls {@link watchTry} in a process of its own, which outlives the caller and its connection. */
  readonly watcher: { start(): Promise<void> };
  moment(): Promise<Moment>;
  sleep(milliseconds: number): Promise<void>;
  /** Runs one thing at a time on the machine. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** The watcher looks at the clock at least this often. */
const LONGEST_SLEEP = 5_000;

/**
 * Applies settings for so many milliseconds. First it is written down that they are tried, so that a crash at any moment
 * ends with the settings from before; then the watcher is started, and only then the network is changed.
 */
export async function startTry(
  candidate: NetworkSettings,
  milliseconds: number,
  modules: TryModules,
): Promise<TryState> {
  return modules.exclusively(async () => {
    const state = await settle(modules);
    const { bootId, uptime } = await modules.moment();
    const trying = beginTry(state, candidate, { bootId, uptime: uptime + milliseconds });
    await modules.store.write(formatTryState(trying));
    try {
      await modules.watcher.start();
      await modules.network.apply(candidate);
    } catch (error) {
      await becomes(revertTry(trying), modules);
      throw error;
    }
    return trying;
  });
}

/** Keeps what is tried, from now on and after every restart. */
export async function keepTried(modules: TryModules): Promise<TryState> {
  return modules.exclusively(async () => {
    const kept = confirmTry(await settle(modules));
    await modules.store.write(formatTryState(kept));
    return kept;
  });
}

/** Takes back what is tried, before its time is over. */
export async function takeBack(modules: TryModules): Promise<TryState> {
  return modules.exclusively(async () => {
    const state = await settle(modules);
    if (state.kind === "trying") await becomes(revertTry(state), modules);
    return revertTry(state);
  });
}

/** Back to the settings of the node's configuration, whatever was kept. */
export async function forgetKept(modules: TryModules): Promise<TryState> {
  return modules.exclusively(async () => {
    await becomes(UNTOUCHED, modules);
    return UNTOUCHED;
  });
}

/** Waits until what is tried is confirmed, or its time is over and it has been taken back. */
export async function watchTry(modules: TryModules): Promise<TryState> {
  for (;;) {
    const state = await modules.exclusively(() => settle(modules));
    if (state.kind === "settled") return state;
    const left = timeLeft(state.deadline, await modules.moment());
    await modules.sleep(Math.min(left, LONGEST_SLEEP));
  }
}

/**
 * At the start of the machine: settles what was tried before, and says which settings are in force. Nothing has to be
 * applied, because the caller makes the network from the answer.
 */
export async function settingsAtBoot(modules: Pick<TryModules, "store" | "moment">): Promise<NetworkSettings | null> {
  const state = await read(modules);
  const settled = settleTry(state, await modules.moment());
  if (settled !== state) await modules.store.write(formatTryState(settled));
  return inForce(settled);
}

/** The state as it is written down, taken back first when its time is over. */
async function settle(modules: TryModules): Promise<TryState> {
  const state = await read(modules);
  const settled = settleTry(state, await modules.moment());
  if (settled !== state) await becomes(settled, modules);
  return settled;
}

/** The network first: a crash in between is met by the same step again. */
async function becomes(state: TryState, { network, store }: TryModules): Promise<void> {
  await network.apply(inForce(state));
  await store.write(formatTryState(state));
}

async function read({ store }: Pick<TryModules, "store">): Promise<TryState> {
  const text = await store.read();
  return text === undefined ? UNTOUCHED : parseTryState(text, TRY_FILE);
}
