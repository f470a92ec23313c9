import type { NetworkSettings } from "./try-state.ts";
import type { TryModules } from "./try-settings.ts";

/** Ends a fake node at one of its effects. */
export class PowerCut extends Error {}

/** Which effect of a node fails, counted from its making: before it has happened, or after. */
export interface Cut {
  readonly at: number;
  readonly happened: boolean;
}

/**
 * A node in memory for tests: a disk, a network that is gone after a restart, a clock that only sleeping moves, and an
 * optional power cut at one of its effects.
 */
export class FakeNode implements TryModules {
  disk: string | undefined;
  applied: NetworkSettings | null = null;
  watchers = 0;
  effects = 0;
  bootId = "boot-1";
  uptime = 1000;
  onSleep: () => Promise<void> | void = () => undefined;
  readonly #cut: Cut | undefined;
  #dead = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(cut?: Cut) {
    this.#cut = cut;
  }

  readonly store = {
    read: async () => this.disk,
    write: (text: string) => this.#effect(() => void (this.disk = text)),
  };

  readonly network = {
    apply: (settings: NetworkSettings | null) => this.#effect(() => void (this.applied = settings)),
  };

  readonly watcher = { start: () => this.#effect(() => void (this.watchers += 1)) };

  async moment(): Promise<{ bootId: string; uptime: number }> {
    return { bootId: this.bootId, uptime: this.uptime };
  }

  async sleep(milliseconds: number): Promise<void> {
    this.uptime += Math.max(1, milliseconds);
    await this.onSleep();
  }

  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** The same disk after a restart: the network and the clock begin anew. */
  restarted(): FakeNode {
    const node = new FakeNode();
    node.disk = this.disk;
    node.bootId = `${this.bootId}+`;
    node.uptime = 10;
    return node;
  }

  /** The same machine after a program of it has died. */
  continued(): FakeNode {
    const node = new FakeNode();
    Object.assign(node, { disk: this.disk, applied: this.applied, bootId: this.bootId, uptime: this.uptime });
    return node;
  }

  async #effect(happen: () => void): Promise<void> {
    if (this.#dead) throw new PowerCut();
    this.#dead = this.effects++ === this.#cut?.at;
    if (!this.#dead || this.#cut?.happened) happen();
    if (this.#dead) throw new PowerCut();
  }
}
