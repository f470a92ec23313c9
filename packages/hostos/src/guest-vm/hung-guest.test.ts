import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { suite, test } from "node:test";
import { systemClock } from "@icos/system";
import { silenceLimitMs } from "./boot-watch.ts";
import { kindIs, runFakeGuest } from "./fake-run.ts";

void suite("a guest that says nothing", { concurrency: true }, () => {
  void test("a guest that hangs before it has booted is started again, and leaves a version that does so in its first boot", async () => {
    const { machine, reach, result, stop, said } = await runFakeGuest({
      state: { alternative: "B", cycle: "first_boot" },
      words: ["quiet", "quiet"],
      bootWatch: { timeoutMs: 100, silenceMs: 2_000 },
    });
    const again = await reach(kindIs("running", 2));
    assert.equal(again.failures, 1);
    assert.equal(again.lastFailure?.reason, "it hung before it had booted");
    const words = said.filter((line) => /has (not )?said/.test(line));
    assert.match(words[0] ?? "", /^guestos has not said within 5 minutes that it booted\./);
    assert.match(words[1] ?? "", /^guestos has said nothing for at least 10 minutes and has not booted: it hangs\.$/);
    assert.deepEqual(await machine.bootState(), { alternative: "A", cycle: "stable" });
    stop();
    await result;
  });

  void test("a confidential guest of hundreds of gigabytes may be silent longer, while its memory is accepted", () => {
    const memoryMiB = 486 * 1024;
    assert.equal(silenceLimitMs({ memoryMiB, confidential: false }), 600_000);
    assert.equal(silenceLimitMs({ memoryMiB, confidential: true }), 600_000 + 486 * 2_000);
  });

  void test("a guest that waits, and says so, is left alone", async () => {
    const bootWatch = { silenceMs: 3_000 };
    const { machine, reach, result, stop } = await runFakeGuest({ words: ["quiet"], bootWatch });
    await reach(kindIs("running"));
    for (let line = 0; line < 4; line += 1) {
      await systemClock.sleep(1_000);
      appendFileSync(machine.places.serialLog, "The registry cannot be read.\n");
    }
    appendFileSync(machine.places.serialLog, "orchestrator ready: node abc\n");
    const last = await reach(({ state }) => state.kind === "running" && state.boot === "booted");
    assert.equal(last.boots, 1);
    stop();
    await result;
  });
});
