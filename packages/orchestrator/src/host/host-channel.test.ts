import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, MetricsPage, type Logger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import { NO_PAYLOAD, type Command, type GuestHealth, type Payload } from "@icos/vsock";
import { HostChannel } from "./host-channel.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const STARTING: GuestHealth = { state: "starting", "node-id": "aaaaa-aa", detail: "x" };
const HEALTHY: GuestHealth = { state: "healthy", "node-id": "aaaaa-aa", detail: null };

/** A node whose host answers as the test says, and what the host was asked. */
function node(answer: (command: Command) => Payload) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const asked: Command[] = [];
  const warnings: unknown[] = [];
  const page = new MetricsPage();
  const logger: Logger = {
    log: (severity, _message, fields) => void (severity === "warning" && warnings.push(fields)),
  };
  const state = { health: STARTING };
  const channel = new HostChannel(
    {
      ask: async (command) => {
        asked.push(command);
        return answer(command);
      },
      health: () => state.health,
      clock,
      logger,
      hostVersion: page.gauge("host", "", { labelled: true }),
    },
    stop.signal,
  );
  const running = channel.run(stop.signal);
  const kinds = (): readonly string[] => asked.map(({ kind }) => kind);
  const pass = async (milliseconds: number): Promise<void> => {
    for (let passed = 0; passed < milliseconds; passed += 5_000) {
      await turn();
      clock.advance(5_000);
      await turn();
    }
  };
  async function end(): Promise<void> {
    stop.abort();
    await running;
  }
  return { channel, asked, kinds, warnings, page, state, pass, end };
}

const good = (command: Command): Payload =>
  command.kind === "GetHostOSVersion" ? { kind: "HostOSVersion", version: "7" } : NO_PAYLOAD;

void test("Health is reported at once, when it changes, and every 30 seconds; the host's version is asked for once.", async () => {
  const { channel, asked, kinds, state, page, pass, end } = node(good);
  await turn();
  assert.deepEqual(kinds(), ["guest-health", "GetHostOSVersion"]);
  assert.match(page.render(), /^host\{hostos_version="7"\} 1$/m);
  await pass(25_000);
  assert.equal(asked.length, 2);
  await pass(5_000);
  assert.deepEqual(asked.at(-1), { kind: "guest-health", arguments: STARTING });
  assert.equal(asked.length, 3);
  state.health = HEALTHY;
  channel.changed();
  await turn();
  assert.deepEqual(asked.slice(3), [{ kind: "guest-health", arguments: HEALTHY }]);
  await end();
});

void test("Without a host nothing is said, and the version is found out when there is one.", async () => {
  let there = false;
  const { kinds, warnings, pass, end } = node((command) => {
    if (!there) throw new IcosError("no-host", "There is no host.");
    return good(command);
  });
  await turn();
  there = true;
  await pass(30_000);
  assert.deepEqual(kinds(), ["guest-health", "GetHostOSVersion", "guest-health", "GetHostOSVersion"]);
  assert.deepEqual(warnings, []);
  await end();
});

void test("What an old host does not know is told once, and the rest goes on.", async () => {
  const { channel, asked, warnings, pass, end } = node((command) => {
    if (command.kind === "guest-health") throw new IcosError("host-refused", "The host refuses: unknown variant");
    return good(command);
  });
  await pass(60_000);
  assert.equal(warnings.length, 1);
  channel.show("Node aaaaa-aa.", 10);
  assert.deepEqual(asked.at(-1), { kind: "notify", arguments: { count: 10, message: "Node aaaaa-aa." } });
  await end();
});
