/**
 * Time for the switch: monotonic, with timers. `Clock` of the system package sleeps by promises, one for each wait;
 * a switch has a timer for thousands of frames a second and must be exact in a simulation, so it calls back instead.
 */
export interface Timeline {
  /** Milliseconds since any fixed moment; fractions count. */
  now(): number;
  /** Calls back once, `delayMs` from now, never before this call returns. Returns how to cancel it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

export const realTimeline: Timeline = {
  now: () => performance.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface VirtualTimeline extends Timeline {
  /** Moves time on, running what falls due in order of time, and of creation at the same time. */
  advance(milliseconds: number): void;
}

/** Time that moves only when told to: for simulations that must give the same result each time. */
export function createVirtualTimeline(): VirtualTimeline {
  let time = 0;
  let created = 0;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();

  function nextDue(until: number): number | undefined {
    let best: number | undefined;
    let bestAt = until;
    // Ids grow, so at equal times the first one found was made first.
    for (const [id, { at }] of timers) {
      if (at < bestAt || (at === bestAt && best === undefined)) {
        best = id;
        bestAt = at;
      }
    }
    return best;
  }

  return {
    now: () => time,
    setTimer(delayMs, callback) {
      const id = created++;
      timers.set(id, { at: time + Math.max(0, delayMs), callback });
      return () => void timers.delete(id);
    },
    advance(milliseconds) {
      const until = time + milliseconds;
      for (let id = nextDue(until); id !== undefined; id = nextDue(until)) {
        const timer = timers.get(id);
        timers.delete(id);
        if (timer === undefined) continue;
        time = timer.at;
        timer.callback();
      }
      time = until;
    },
  };
}
