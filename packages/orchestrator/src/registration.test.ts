import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, type Logger, type LogFields } from "@icos/system";
import { registerNode, type RegistrationModules } from "./registration.ts";
import { VirtualClock } from "@icos/system/virtual-clock";

const POLL = 5000;

/** A registry in which the node appears `after` polls once a request was accepted (or at once when `other` adds it). */
class FakeRegistry {
  readonly clock = new VirtualClock();
  readonly lines: string[] = [];
  readonly logged: { message: string; fields: LogFields | undefined }[] = [];
  readonly sent: string[] = [];
  registered = false;
  accepted = false;
  polls = 0;
  eagerPolls = 0;
  assemblies = 0;
  /** Polls between the acceptance and the node's appearance in the replicated registry. */
  delay = 1;
  /** What the requests answer, in order; the last one repeats. */
  answers: (Error | "accept" | "lost")[] = ["accept"];
  assemblyErrors: Error[] = [];

  modules(): RegistrationModules {
    const logger: Logger = { log: (_, message, fields) => void this.logged.push({ message, fields }) };
    return {
      isRegistered: () => this.registered,
      assemble: async () => {
        this.assemblies += 1;
        const error = this.assemblyErrors.shift();
        if (error) throw error;
        return Buffer.from("payload");
      },
      send: async (payload) => {
        this.sent.push(Buffer.from(payload).toString());
        const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
        if (answer instanceof Error) throw answer;
        this.accepted = answer === "accept";
      },
      pollAgain: async (expected) => {
        if (expected) this.eagerPolls += 1;
        this.polls += 1;
        this.clock.advance(POLL);
        if (this.accepted && (this.delay -= 1) <= 0) this.registered = true;
        if (this.polls > 1000) throw new Error("The loop does not end.");
      },
      clock: this.clock,
      console: { line: (text) => void this.lines.push(text) },
      logger,
    };
  }

  run(signal = new AbortController().signal): Promise<string> {
    return registerNode(this.modules(), signal);
  }
}

void test("a node that the registry lists sends nothing and says nothing", async () => {
  const registry = new FakeRegistry();
  registry.registered = true;
  assert.equal(await registry.run(), "already-registered");
  assert.deepEqual([registry.sent, registry.lines, registry.assemblies], [[], [], 0]);
});

void test("the loop ends when the replicated registry shows the node, not when the request is accepted", async () => {
  const registry = new FakeRegistry();
  registry.delay = 4;
  assert.equal(await registry.run(), "registered");
  assert.equal(registry.polls, 4);
  assert.equal(registry.eagerPolls, 4, "polls are frequent once the records are on their way");
  assert.deepEqual(registry.sent, ["payload"], "an accepted request is not sent again while it is being replicated");
  assert.equal(registry.lines.filter((line) => line.startsWith("Join request successful")).length, 2);
});

void test("a request whose records never arrive is sent again after a minute", async () => {
  const registry = new FakeRegistry();
  registry.answers = ["lost", "accept"];
  assert.equal(await registry.run(), "registered");
  assert.equal(registry.sent.length, 2);
  assert.equal(registry.polls, 60_000 / POLL + 1);
});

void test("every error is reported with its reason and tried again with the same payload", async () => {
  const registry = new FakeRegistry();
  const refusal = new IcosError("call-rejected", "The operator has no record.");
  registry.answers = [refusal, new Error("connect ECONNREFUSED"), "accept"];
  await registry.run();
  assert.deepEqual(registry.sent, ["payload", "payload", "payload"]);
  assert.equal(registry.assemblies, 1);
  assert.ok(registry.lines.some((line) => line.includes("The operator has no record.")));
  assert.ok(registry.lines.some((line) => line.includes("connect ECONNREFUSED")));
  assert.ok(registry.logged.some(({ fields }) => fields?.["payload"] === Buffer.from("payload").toString("hex")));
});

void test("a long error is whole in the journal and its first 1500 characters are on the console", async () => {
  const registry = new FakeRegistry();
  const long = "x".repeat(5000);
  registry.answers = [new Error(long), "accept"];
  await registry.run();
  assert.ok(registry.logged.some(({ fields }) => fields?.["error"] === long));
  assert.equal(registry.lines.find((line) => line.includes("xxx"))?.length, 1501);
});

void test("a payload that cannot be made is tried again, and nothing is sent until then", async () => {
  const registry = new FakeRegistry();
  registry.assemblyErrors = [new Error("no address yet"), new Error("no address yet")];
  await registry.run();
  assert.equal(registry.assemblies, 3);
  assert.equal(registry.sent.length, 1);
  assert.ok(registry.lines.some((line) => line.includes("no address yet")));
});

void test("a node that someone else registered meanwhile stops asking, though its own request is refused", async () => {
  const registry = new FakeRegistry();
  registry.answers = [new Error("already registered")];
  registry.accepted = true;
  registry.delay = 3;
  assert.equal(await registry.run(), "registered");
  assert.equal(registry.sent.length, 3);
});

void test("an end of the program ends the loop, whatever the request's error was", async () => {
  const registry = new FakeRegistry();
  const abort = new AbortController();
  const modules = registry.modules();
  const send = async (): Promise<void> => {
    abort.abort(new Error("stopping"));
    throw new Error("the request was cut off");
  };
  await assert.rejects(registerNode({ ...modules, send }, abort.signal), /stopping/);
  assert.ok(!registry.lines.some((line) => line.includes("cut off")), "which is not worth a line");
});
