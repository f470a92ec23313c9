import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hostFiles } from "./host-files.ts";
import { ipv6Routes, networkFacts, networkText } from "./network-facts.ts";
import { parseUnitStates } from "./unit-states.ts";

const address = (text: string) => ({
  address: text,
  netmask: "ffff:ffff:ffff:ffff::",
  family: "IPv6" as const,
  mac: "6a:01:94:ef:29:78",
  internal: false,
  cidr: `${text}/64`,
  scopeid: 0,
});

async function device(root: string, name: string, carrier: string | undefined, card: boolean): Promise<void> {
  const path = join(root, "sys/class/net", name);
  await mkdir(join(path, ...(card ? ["device"] : [])), { recursive: true });
  await mkdir(join(root, "sys/class/net/br6/brif", name), { recursive: true });
  if (carrier !== undefined) await writeFile(join(path, "carrier"), `${carrier}\n`);
}

void test("a signal counts on a card only: the guest's tap device always has one", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "facts-"));
  const files = hostFiles(directory.path);
  assert.deepEqual(await networkFacts(files, {}), { bridge: "missing", addresses: [] });
  await device(directory.path, "guest0", "1", false);
  assert.equal((await networkFacts(files, {})).bridge, "missing");
  await device(directory.path, "eno1", undefined, true);
  assert.equal((await networkFacts(files, {})).bridge, "no-carrier");
  await device(directory.path, "eno2", "1", true);
  const interfaces = { br6: [address("fe80::1"), address("2001:db8::1")] };
  assert.deepEqual(await networkFacts(files, interfaces), { bridge: "up", addresses: ["2001:db8::1"] });
  const text = await networkText(files, interfaces);
  assert.match(text, /^br6: .*\n {4}fe80::1\/64\n {4}2001:db8::1\/64$/m);
  assert.match(text, /^eno2: \?, \?, signal$/m);
});

void test("routes are told as a person writes them", () => {
  const text = [
    "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001      br6",
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000001 00000400 00000002 00000000 00000003      br6",
    "ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000003 00000000 00000001      br6",
    "00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo",
    "something else",
  ].join("\n");
  assert.deepEqual(ipv6Routes(text), ["2001:db8::/64 dev br6", "default via 2001:db8::1 dev br6"]);
});

void test("what systemctl shows becomes the states of units", () => {
  const text = `Id=guestos.service
Description=GuestOS virtual machine
LoadState=loaded
ActiveState=failed
SubState=failed
Result=exit-code
NRestarts=4
StateChangeTimestamp=Thu 2027-01-14 10:00:00 UTC

Id=unit-states.socket
Description=a=b
LoadState=loaded
ActiveState=active
SubState=listening
Result=success

Id=gone.service
LoadState=not-found

NRestarts=4
`;
  assert.deepEqual(parseUnitStates(text), [
    {
      name: "guestos.service",
      description: "GuestOS virtual machine",
      active: "failed",
      sub: "failed",
      result: "exit-code",
      restarts: 4,
      since: "Thu 2027-01-14 10:00:00 UTC",
    },
    {
      name: "unit-states.socket",
      description: "a=b",
      active: "active",
      sub: "listening",
      result: "success",
      restarts: 0,
      since: "",
    },
  ]);
  assert.deepEqual(parseUnitStates(""), []);
});
