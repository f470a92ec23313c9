import type { Duplex } from "node:stream";

/**
 * Joins two streams that allow half-open: the end of one side's data ends the other side's, data still under way is
 * delivered, and an error or an early close of either tears down both.
 */
export function splice(a: Duplex, b: Duplex): void {
  a.pipe(b);
  b.pipe(a);
  tearDown(a, b);
  tearDown(b, a);
}

function tearDown(from: Duplex, to: Duplex): void {
  from.on("error", () => to.destroy());
  from.on("close", () => {
    if (!from.readableEnded || !from.writableFinished) to.destroy();
  });
}
