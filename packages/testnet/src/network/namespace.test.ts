import assert from "node:assert/strict";
import { test } from "node:test";
import { IcosError, type Exec } from "@icos/system";
import { checkNamespaces, dieWithParent, ownNetwork } from "./namespace.ts";

const refusing: Exec = { run: () => Promise.reject(new IcosError("command-failed", "unshare failed.")) };
const reader =
  (settings: Record<string, string>) =>
  (name: string): Promise<string | undefined> =>
    Promise.resolve(settings[name]);

void test("A refusal names the settings that refuse, with the values to set.", async () => {
  const settings = {
    "kernel.unprivileged_userns_clone": "0\n",
    "kernel.apparmor_restrict_unprivileged_userns": "1\n",
    "user.max_user_namespaces": "15000\n",
  };
  await assert.rejects(checkNamespaces({ exec: refusing, readSetting: reader(settings) }), (error: IcosError) => {
    assert.equal(error.code, "namespaces-refused");
    assert.match(
      error.next ?? "",
      /sysctl -w kernel\.unprivileged_userns_clone=1 kernel\.apparmor_restrict_unprivileged_userns=0`/,
    );
    assert.doesNotMatch(error.next ?? "", /max_user_namespaces/);
    return true;
  });
});

void test("A refusal by no known setting still says what to do.", async () => {
  await assert.rejects(checkNamespaces({ exec: refusing, readSetting: reader({}) }), (error: IcosError) => {
    assert.match(error.next ?? "", /root/);
    return true;
  });
});

void test("Where namespaces work, nothing is asked of the settings.", async () => {
  const commands: (readonly string[])[] = [];
  const exec: Exec = {
    run(command) {
      commands.push(command);
      return Promise.resolve({ stdout: Buffer.alloc(0), stderr: "" });
    },
  };
  await checkNamespaces({ exec, readSetting: () => assert.fail("asked") });
  assert.equal(commands.length, 1);
});

void test("The wrappers keep the command whole and last.", () => {
  const command = ["program", "an argument", "$(x)"];
  assert.deepEqual(ownNetwork(command).slice(-3), command);
  assert.deepEqual(dieWithParent(command), ["setpriv", "--pdeathsig", "KILL", "--", ...command]);
});
