import assert from "node:assert/strict";
import { access, mkdtempDisposable, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { IcosError, silentLogger } from "@icos/system";
import type { HostAction } from "../host-action/host-action.ts";
import { fakeClock, fakeHttp, serves, sha256 } from "../recovery/fake-recovery.ts";
import { LARGEST_UPGRADE, upgradeHost, type UpgradeRequest } from "./host-upgrade.ts";

const CONTENT = Buffer.alloc(300_000, "a version of HostOS ");
const URL = "https://download.example/update-img.tar.zst";
const REQUEST: UpgradeRequest = { url: URL, sha256: sha256(CONTENT) };

/** A host whose servers answer so; what the root program was asked, and what it found. */
function host(directory: string, answers: Parameters<typeof fakeHttp>[0], refuse: (action: HostAction) => boolean) {
  const { http, asked } = fakeHttp(answers);
  const actions: HostAction[] = [];
  const installed: Buffer[] = [];
  const act = async (action: HostAction): Promise<void> => {
    actions.push(action);
    if (action === "install-upgrade") installed.push(await readFile(join(directory, "update-img.tar.zst")));
    if (refuse(action)) throw new IcosError("action-failed", "hostos-upgrade.service failed: not stable.");
  };
  const modules = { directory, http, act, clock: fakeClock(), logger: silentLogger };
  const upgrade = (request = REQUEST): Promise<void> => upgradeHost(request, modules, new AbortController().signal);
  return { upgrade, asked, actions, installed };
}

void test("A version is downloaded and checked, installed by root, and the host restarts a minute later.", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "upgrade-"));
  const path = join(directory.path, "upgrade");
  const { upgrade, actions, installed } = host(path, { [URL]: [serves(CONTENT)] }, () => false);
  await upgrade();
  assert.deepEqual(actions, ["install-upgrade", "reboot-soon"]);
  assert.deepEqual(installed, [CONTENT]);
  await assert.rejects(access(path), { code: "ENOENT" });
});

void test("A version that is not what its hash says is never given to root.", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "upgrade-"));
  const wrong = Array.from({ length: 20 }, () => serves(Buffer.alloc(1000, "another")));
  const { upgrade, actions } = host(directory.path, { [URL]: wrong }, () => false);
  await assert.rejects(upgrade(), { code: "download-failed" });
  assert.deepEqual(actions, []);
});

void test("A version that root refuses does not restart the host; asked again, it is not downloaded again.", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "upgrade-"));
  let refused = 0;
  const once = (action: HostAction): boolean => action === "install-upgrade" && (refused += 1) === 1;
  const { upgrade, asked, actions } = host(directory.path, { [URL]: [serves(CONTENT)] }, once);
  await assert.rejects(upgrade(), { code: "action-failed" });
  assert.deepEqual(actions, ["install-upgrade"]);
  assert.deepEqual(JSON.parse(await readFile(join(directory.path, "request.json"), "utf8")), REQUEST);
  await upgrade();
  assert.equal(asked.length, 1);
  assert.deepEqual(actions.slice(1), ["install-upgrade", "reboot-soon"]);
});

void test("What was downloaded of another version is not continued.", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "upgrade-"));
  const other = Buffer.alloc(200_000, "the next version ");
  const answers = { [URL]: [serves(CONTENT), serves(other)] };
  const { upgrade, asked, installed } = host(directory.path, answers, (action) => action === "install-upgrade");
  await assert.rejects(upgrade());
  await assert.rejects(upgrade({ url: URL, sha256: sha256(other) }));
  assert.deepEqual(
    asked.map(({ from }) => from),
    [0, 0],
  );
  assert.deepEqual(installed, [CONTENT, other]);
});

void test("A file that is no version of HostOS, or has no room, takes nothing of the host's disk.", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "upgrade-"));
  const body = async function* (end?: Error) {
    yield CONTENT;
    if (end !== undefined) throw end;
  };
  const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  const answers = [
    () => ({ kind: "body" as const, from: 0, size: LARGEST_UPGRADE + 1, body: body() }),
    () => ({ kind: "body" as const, from: 0, size: undefined, body: body(full) }),
  ];
  const { upgrade, actions } = host(directory.path, { [URL]: answers }, () => false);
  for (const code of ["download-failed", "no-space"]) {
    await assert.rejects(upgrade(), { code });
    assert.deepEqual(await readdir(directory.path), ["request.json"]);
  }
  assert.deepEqual(actions, []);
});
