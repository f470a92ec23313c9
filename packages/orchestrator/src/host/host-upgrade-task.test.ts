import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, MetricsPage, silentLogger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import { NO_PAYLOAD, type Command } from "@icos/vsock";
import { Wakeup } from "../wakeup.ts";
import { HostUpgradeTask } from "./host-upgrade-task.ts";
import type { AskedUpgrade } from "./plan-host-upgrade.ts";
import type { WantedHost } from "./wanted-host.ts";

const MINUTE = 60_000;
const NEW: WantedHost = { version: "h2", urls: ["https://a.example/2", "https://b.example/2"], sha256: "2".repeat(64) };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A node whose host runs version h1 and answers `upgrade` as the test says. */
function node(upgrade: (url: string) => void, before?: Omit<AskedUpgrade, "at" | "tries">, tries = 1) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const lines: string[] = [];
  const urls: string[] = [];
  const page = new MetricsPage();
  const failed = page.counter("failed", "", { labelled: true });
  const state: { wanted: WantedHost | undefined; asked: AskedUpgrade | undefined; running: string; host: boolean } = {
    wanted: undefined,
    asked: before && { ...before, at: clock.now(), tries },
    running: "h1",
    host: true,
  };
  const wakeup = new Wakeup(clock);
  const task = new HostUpgradeTask({
    wanted: () => state.wanted,
    urlsOf: ({ urls }) => urls,
    async ask(command: Command) {
      if (!state.host) throw new IcosError("no-host", "There is no host.");
      if (command.kind === "GetHostOSVersion") return { kind: "HostOSVersion", version: state.running };
      assert.equal(command.kind, "upgrade");
      assert.equal(command.arguments["target-hash"], state.wanted?.sha256);
      urls.push(command.arguments.url);
      upgrade(command.arguments.url);
      return NO_PAYLOAD;
    },
    asked: {
      read: async () => state.asked,
      write: async (asked) => void (state.asked = asked),
      remove: async () => void (state.asked = undefined),
    },
    wakeup,
    clock,
    console: { line: (text) => void lines.push(text) },
    logger: silentLogger,
    failed,
    random: () => 0.5,
  });
  const running = task.run(stop.signal);
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await turn();
  };
  async function pass(milliseconds: number): Promise<void> {
    await settle();
    clock.advance(milliseconds);
    await settle();
  }
  /** A new version of the registry. */
  async function registryWants(wanted: WantedHost | undefined): Promise<void> {
    await settle();
    state.wanted = wanted;
    wakeup.wake();
    await settle();
  }
  async function end(): Promise<void> {
    stop.abort();
    await running;
  }
  return { state, lines, urls, page, pass, registryWants, end };
}

const refuse = (message: string): never => {
  throw new IcosError("host-refused", `The host refuses: ${message}`);
};

void test("A host is asked once for the version that the registry wants, and what was asked for is remembered.", async () => {
  const { state, urls, lines, pass, registryWants, end } = node(() => undefined);
  await pass(MINUTE);
  assert.deepEqual(urls, []);
  await registryWants(NEW);
  assert.deepEqual(urls, [NEW.urls[0]]);
  assert.deepEqual([state.asked?.version, state.asked?.sha256], ["h2", NEW.sha256]);
  assert.equal(lines.at(-1), "HostOS version h2 is installed; the host restarts in a minute.");
  await pass(5 * MINUTE);
  assert.equal(urls.length, 1);
  await end();
});

void test("A host that runs what is wanted is left alone, and the tries stay counted: it may be on trial and go back.", async () => {
  const { state, urls, pass, end } = node(() => undefined, { version: "h1", sha256: "1".repeat(64) }, 2);
  state.wanted = { ...NEW, version: "h1" };
  await pass(MINUTE);
  assert.deepEqual([urls, state.asked?.version, state.asked?.tries], [[], "h1", 2]);
  await end();
});

void test("What one server does not have another is asked for; then the pauses grow, and each reason is told once.", async () => {
  const { state, urls, lines, page, pass, registryWants, end } = node((url) => refuse(`nothing at ${url}`));
  await registryWants(NEW);
  assert.deepEqual(urls, NEW.urls);
  assert.equal(state.asked, undefined);
  await pass(104_000);
  assert.equal(urls.length, 2);
  await pass(1_000);
  assert.equal(urls.length, 4);
  await pass(183_000);
  assert.equal(urls.length, 4);
  await pass(1_000);
  assert.equal(urls.length, 6);
  assert.equal(
    lines.filter((line) => line.startsWith("HostOS is not upgraded to version h2: The host refuses")).length,
    1,
  );
  assert.match(
    page.render(),
    /^failed\{reason="host-refused",version="h2"\} 3$|^failed\{version="h2",reason="host-refused"\} 3$/m,
  );
  await end();
});

void test("A host that went back is not restarted for the same version for two hours; another version does not wait.", async () => {
  const { urls, lines, pass, registryWants, state, end } = node(() => undefined, NEW);
  state.wanted = NEW;
  await pass(MINUTE);
  assert.deepEqual(urls, []);
  assert.match(lines.at(-1) ?? "", /was asked for version h2 and still runs version h1/);
  await pass(118 * MINUTE);
  assert.deepEqual(urls, []);
  await registryWants({ ...NEW, version: "h3", sha256: "3".repeat(64) });
  assert.deepEqual(urls, [NEW.urls[0]]);
  await end();
});

void test("After two hours it is asked again, which is the second try, and after that one only four hours later.", async () => {
  const first = node(() => undefined, NEW);
  first.state.wanted = NEW;
  await first.pass(MINUTE);
  await first.pass(119 * MINUTE);
  assert.deepEqual(first.urls, [NEW.urls[0]]);
  assert.equal(first.state.asked?.tries, 2);
  await first.end();

  const second = node(() => undefined, NEW, 2);
  second.state.wanted = NEW;
  await second.pass(MINUTE);
  await second.pass(238 * MINUTE);
  assert.deepEqual(second.urls, []);
  await second.pass(MINUTE);
  assert.deepEqual(second.urls, [NEW.urls[0]]);
  assert.equal(second.state.asked?.tries, 3);
  await second.registryWants({ ...NEW, version: "h3", sha256: "3".repeat(64) });
  await second.pass(10 * MINUTE);
  await second.pass(105_000);
  assert.deepEqual([second.state.asked?.version, second.state.asked?.tries], ["h3", 1]);
  await second.end();
});

void test("A host that is still at it, and one that refuses, have not tried once more.", async () => {
  let code = "host-too-slow";
  const { urls, pass, state, end } = node(
    () => {
      throw new IcosError(code, "The host does not do it.");
    },
    NEW,
    2,
  );
  state.wanted = NEW;
  await pass(MINUTE);
  await pass(239 * MINUTE);
  await pass(30_000);
  assert.deepEqual([urls.length, state.asked?.tries], [2, 3]);
  code = "host-refused";
  await pass(30_000);
  assert.deepEqual([urls.length, state.asked?.tries], [4, 2]);
  await pass(105_000);
  assert.deepEqual([urls.length, state.asked?.tries], [6, 2]);
  await end();
});

void test("A host that is still at it is asked for the same again, and that is no failure; one that does not restart is one.", async () => {
  let slow = true;
  const { urls, lines, page, pass, registryWants, end } = node(() => {
    if (slow) throw new IcosError("host-too-slow", "The host did not answer within 300 s.");
  });
  await registryWants(NEW);
  slow = false;
  await pass(30_000);
  assert.deepEqual(urls, [NEW.urls[0], NEW.urls[0]]);
  assert.equal(lines.filter((line) => line.startsWith("The registry asks for")).length, 1);
  assert.doesNotMatch(page.render(), /reason/);
  await pass(10 * MINUTE);
  assert.match(page.render(), /host-not-restarted/);
  await end();
});

void test("A machine without a host says nothing.", async () => {
  const { state, lines, page, pass, registryWants, end } = node(() => undefined);
  state.host = false;
  await registryWants(NEW);
  await pass(10 * MINUTE);
  assert.deepEqual(lines, []);
  assert.doesNotMatch(page.render(), /no-host/);
  await end();
});
