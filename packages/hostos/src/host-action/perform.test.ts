import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { IcosError, type Clock, type Exec } from "@icos/system";
import { answerOne } from "../root-service/answer.ts";
import { HOST_ACTIONS, hostActionRequestSchema, type HostAction } from "./host-action.ts";
import { callerOf, performAction } from "./perform.ts";

interface Recorder {
  readonly host: { readonly exec: Exec; readonly clock: Clock };
  readonly commands: string[];
}

/** Notes the commands, each of which takes a minute; those that begin with `failing` fail. */
function recorder(failing?: string, log = ""): Recorder {
  const commands: string[] = [];
  const now = (): number => 1_767_225_600_250 + commands.length * 60_000;
  return {
    commands,
    host: {
      clock: { now, sleep: () => assert.fail("it waits") },
      exec: {
        async run(command) {
          const line = command.join(" ");
          commands.push(line);
          if (failing !== undefined && line.startsWith(failing))
            throw new IcosError("command-failed", "exited with 1.");
          return { stdout: Buffer.from(log), stderr: "" };
        },
      },
    },
  };
}

async function allowedTo(caller: number): Promise<readonly HostAction[]> {
  const allowed: HostAction[] = [];
  for (const action of HOST_ACTIONS) {
    await performAction(action, caller, recorder().host).then(
      () => allowed.push(action),
      (error: unknown) => assert.equal(error instanceof IcosError ? error.code : "", "not-allowed"),
    );
  }
  return allowed;
}

void test("Each account may ask for its own actions, and nobody else for any.", async () => {
  assert.deepEqual(await allowedTo(802), ["restart-upgrade-guestos", "install-upgrade", "reboot-soon"]);
  assert.deepEqual(await allowedTo(804), ["restart-guestos", "reboot"]);
  assert.deepEqual(await allowedTo(0), HOST_ACTIONS);
  for (const caller of [801, 803, 1000, 65534]) assert.deepEqual(await allowedTo(caller), []);
});

void test("An action is one command of systemctl.", async () => {
  const { host, commands } = recorder();
  await performAction("install-upgrade", 802, host);
  assert.deepEqual(commands, ["/usr/bin/systemctl start hostos-upgrade.service"]);
});

void test("The guest is not started in the middle of a recovery, and the host can still be restarted.", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "perform-"));
  const recoveryNotice = join(directory.path, "notice");
  await writeFile(recoveryNotice, "");
  const { host, commands } = recorder();
  const during = { ...host, recoveryNotice };
  await assert.rejects(performAction("restart-guestos", 804, during), { code: "recovery-under-way" });
  assert.deepEqual(commands, []);
  await performAction("reboot", 804, during);
  await performAction("restart-guestos", 804, { ...host, recoveryNotice: join(directory.path, "none") });
  assert.equal(commands.at(-1), "/usr/bin/systemctl restart guestos.service");
});

void test("When a unit fails, the answer is the end of its log.", async () => {
  const { host } = recorder("/usr/bin/systemctl", "boot.img is damaged.\nNothing was changed.\n");
  await assert.rejects(performAction("install-upgrade", 802, host), {
    code: "action-failed",
    message: "hostos-upgrade.service failed: boot.img is damaged. Nothing was changed.",
  });
});

void test("What the upgrade VM is started with may be why it does not.", async () => {
  const log = '{"severity":"error","message":"There is no room.","next":"Make some."}\nsomething\n{half\n';
  const { host, commands } = recorder("/usr/bin/systemctl", log);
  await assert.rejects(performAction("restart-upgrade-guestos", 802, host), {
    message: "upgrade-guestos.service failed: There is no room. Make some. something {half",
  });
  assert.match(commands.at(-1) ?? "", /_SYSTEMD_UNIT=upgrade-guestos\.service _SYSTEMD_UNIT=upgrade-disk\.service/);
});

void test("What a unit said of an earlier failure is not asked for; when it said nothing, systemctl's words are the answer.", async () => {
  const { host, commands } = recorder("/usr/bin/systemctl");
  await assert.rejects(performAction("install-upgrade", 802, host), {
    code: "action-failed",
    message: "exited with 1.",
  });
  assert.match(commands.at(-1) ?? "", / --since=@1767225600\.25 /);
});

void test("Systemd's name of the connection says who asks.", () => {
  assert.equal(callerOf("0-1234-802"), 802);
  assert.equal(callerOf("12-1234_5678-804"), 804);
  assert.equal(callerOf("3-77_unknown-0"), 0);
  for (const name of ["", "0", "0-unknown", "802", "-802", "0-1-x"]) {
    assert.throws(() => callerOf(name), { code: "caller-unknown" }, name);
  }
});

void test("A request names an action of the table and nothing else.", async () => {
  const ask = async (request: string): Promise<string> => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    input.end(`${request}\n`);
    const streams = { input, output };
    const { host } = recorder();
    await answerOne(streams, hostActionRequestSchema, ({ request }) => performAction(request.action, 802, host));
    return String(output.read());
  };
  assert.equal(await ask('{"action":"reboot-soon"}'), '{"ok":null}\n');
  assert.match(await ask('{"action":"reboot-soon","unit":"x"}'), /"code":"bad-request"/);
  assert.match(await ask('{"action":"reboot-soon; rm"}'), /"code":"bad-request"/);
  assert.match(await ask('{"action":["reboot-soon"]}'), /"code":"bad-request"/);
  assert.match(await ask("reboot-soon"), /"code":"bad-request"/);
  assert.match(await ask('{"action":"power-off"}'), /"code":"bad-request"/);
  assert.match(await ask('{"action":"reboot"}'), /"code":"not-allowed"/);
});
