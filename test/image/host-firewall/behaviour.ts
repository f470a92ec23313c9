import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { parseHostFirewall } from "@icos/config";
import { openToolsTree } from "@icos/image";
import type { Exec } from "@icos/system";
import * as v from "valibot";
import { renderHostRuleset } from "../../../packages/hostos/src/firewall/ruleset.ts";
import { askGateway, withAddress } from "../../../packages/hostos/src/network/gateway-probe.ts";
import { layWire, outcome, startSide, type Outcome, type Probe, type Request, type Side } from "./namespaces.ts";

/** Networks of those who may connect, and an address in each. */
const NETWORKS = {
  operators: ["2001:db8:a::/48", "10.0.0.0/8"],
  observers: ["2001:db8:b::/48", "172.16.0.0/12"],
  node_providers: ["2001:db8:c::/48", "192.168.0.0/16"],
};
const SOURCES = {
  v6: {
    operator: "2001:db8:a::1",
    observer: "2001:db8:b::1",
    provider: "2001:db8:c::1",
    neighbour: "2001:db8:0:1::20",
    stranger: "2001:db8:d::1",
  },
  v4: {
    operator: "10.0.0.1",
    observer: "172.16.0.1",
    provider: "192.168.0.1",
    neighbour: "198.51.100.20",
    stranger: "203.0.113.1",
  },
};
type Source = keyof typeof SOURCES.v6;

/** Ports that each source reaches; everything else is silent. */
const OPEN: Readonly<Record<"v4" | "v6", Readonly<Record<Source, readonly number[]>>>> = {
  v6: {
    operator: [22, 9100, 19100, 19531, 42372],
    observer: [9100, 19100, 19531, 42372],
    provider: [22, 9100, 19531, 42372],
    neighbour: [9100, 19100, 19531, 42372],
    stranger: [42372],
  },
  v4: {
    operator: [22, 9100, 19100, 19531, 42372],
    observer: [9100, 19100, 19531, 42372],
    provider: [22, 9100, 19531, 42372],
    neighbour: [42372],
    stranger: [42372],
  },
};
const PORTS = [22, 80, 8080, 9090, 9100, 19100, 19531, 42372];
const HOST = { v6: "2001:db8:0:1::10", v4: "198.51.100.10" };
const OUTGOING = { v6: [53, 80, 443, 1080, 8080, 42372], v4: [53, 80, 443] };
const OUTGOING_TRIED = [22, 53, 80, 443, 1080, 4100, 8080, 9090, 42372];

/** Run by `host-firewall.test.ts`, in a network namespace that is the host's. */
void suite("firewall of HostOS", () => {
  let exec: Exec;
  let host: Side;
  let outside: Side;
  let scratch: string;

  const load = async (ruleset: string): Promise<void> => {
    const file = join(scratch, "rules.nft");
    await writeFile(file, ruleset);
    await exec.run(["nft", "-f", file]);
  };
  const ask = async (side: Side, request: Request): Promise<readonly Outcome[]> =>
    v.parse(v.array(outcome), await side.ask(request));
  const access = { ...parseHostFirewall(JSON.stringify(NETWORKS), "firewall.json"), ownNetwork: "2001:db8:0:1::/64" };
  const full = renderHostRuleset(access);

  before(async () => {
    ({ exec } = await openToolsTree());
    scratch = await mkdtemp(join(tmpdir(), "host-firewall-"));
    host = startSide(false);
    outside = startSide(true);
    await layWire(exec, outside, {
      host: [`${HOST.v6}/64`, `${HOST.v4}/24`],
      outside: [
        ...Object.values(SOURCES.v6).map((address) => `${address}/${address === SOURCES.v6.neighbour ? 64 : 32}`),
        ...Object.values(SOURCES.v4).map((address) => `${address}/${address.startsWith("198") ? 24 : 32}`),
      ],
      reachable: ["2001:db8::/32", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "203.0.113.0/24"],
    });
    await host.ask({ kind: "listen", tcp: PORTS, udp: [53, 67, 123] });
    await outside.ask({ kind: "listen", tcp: OUTGOING_TRIED, udp: [53, 67, 123] });
  });
  after(async () => {
    host.stop();
    outside.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  void test("without rules everything is reached: what is silent later is so because of them", async () => {
    await exec.run(["nft", "flush", "ruleset"]);
    for (const version of ["v4", "v6"] as const)
      for (const from of Object.values(SOURCES[version])) {
        const probes = PORTS.map((port) => ({ from, to: HOST[version], port }));
        assert.deepEqual(
          await ask(outside, { kind: "connect", probes }),
          PORTS.map(() => "open"),
          from,
        );
      }
  });

  for (const version of ["v6", "v4"] as const)
    void test(`each source reaches its ports and no others, ${version}`, async () => {
      await load(full);
      for (const source of Object.keys(SOURCES[version]) as Source[]) {
        const probes = PORTS.map((port) => ({ from: SOURCES[version][source], to: HOST[version], port }));
        const outcomes = await ask(outside, { kind: "connect", probes });
        const open = PORTS.filter((_, index) => outcomes[index] === "open");
        assert.deepEqual([source, open], [source, OPEN[version][source]]);
        assert.ok(!outcomes.includes("refused"), "what is closed does not answer");
      }
    });

  void test("datagrams come in only as answers", async () => {
    await load(full);
    for (const version of ["v6", "v4"] as const) {
      const to = SOURCES[version].neighbour; // the address that answers come from
      const inward = [53, 67, 123].map((port) => ({ from: SOURCES[version].operator, to: HOST[version], port }));
      assert.deepEqual(await ask(outside, { kind: "send", probes: inward }), ["silent", "silent", "silent"]);
      const outward = [53, 67, 123].map((port) => ({ from: HOST[version], to, port }));
      assert.deepEqual(await ask(host, { kind: "send", probes: outward }), ["open", "silent", "open"]);
    }
  });

  for (const [name, rules] of [["full", full] as const, ["closed", renderHostRuleset()] as const])
    void test(`the host connects to name servers, HTTP, AMD's proxy and its guest's metrics, and nowhere else: ${name} rules`, async () => {
      await load(rules);
      for (const version of ["v6", "v4"] as const) {
        const probes = OUTGOING_TRIED.map((port) => ({ from: HOST[version], to: SOURCES[version].stranger, port }));
        const outcomes = await ask(host, { kind: "connect", probes });
        assert.deepEqual(
          OUTGOING_TRIED.filter((_, index) => outcomes[index] === "open"),
          OUTGOING[version],
        );
      }
    });

  void test("with the image's rules nobody connects, and echo requests are answered", async () => {
    await load(renderHostRuleset());
    for (const version of ["v6", "v4"] as const) {
      const probes = Object.values(SOURCES[version]).flatMap((from) =>
        PORTS.map((port) => ({ from, to: HOST[version], port })),
      );
      const outcomes = await ask(outside, { kind: "connect", probes });
      assert.deepEqual(new Set(outcomes), new Set(["silent"]));
      const there = ["nsenter", `--net=/proc/${outside.pid}/ns/net`, "--"];
      await exec.run([...there, "ping", "-c", "1", "-W", "2", HOST[version]]);
    }
  });

  for (const [version, atOnce] of [["v6", 6] as const, ["v4", 2] as const])
    void test(`a source has ${atOnce} connections to the public metrics at once, ${version}`, async () => {
      await load(full);
      const probe: Probe = { from: SOURCES[version].stranger, to: HOST[version], port: 42372 };
      const outcomes = await ask(outside, { kind: "hold", probe, times: atOnce + 2 });
      assert.deepEqual(outcomes, [...Array.from({ length: atOnce }, () => "open"), "silent", "silent"]);
      const other = { ...probe, from: SOURCES[version].observer };
      assert.deepEqual(await ask(outside, { kind: "connect", probes: [other] }), ["open"]);
      await outside.ask({ kind: "release" });
      assert.deepEqual(await ask(outside, { kind: "connect", probes: [probe] }), ["open"]);
    });

  void test("a source has 100 new connections to the public metrics a minute, and another is not held up", async () => {
    await load(full);
    const probe: Probe = { from: SOURCES.v6.stranger, to: HOST.v6, port: 42372 };
    const counts = v.object({ open: v.number(), seconds: v.number() });
    const { open, seconds } = v.parse(counts, await outside.ask({ kind: "hammer", probe, times: 112 }));
    assert.ok(open >= 100 && open <= 101 + (seconds * 100) / 60, `${open} connections in ${seconds} s`);
    assert.ok(open < 112, "not every connection was let in");
    const other = { ...probe, from: SOURCES.v6.observer };
    assert.deepEqual(await ask(outside, { kind: "connect", probes: [other] }), ["open"]);
  });

  void test("the gateway is heard by its echo, by its neighbour advertisement, or not at all", async () => {
    await load(renderHostRuleset());
    await exec.run(["ip", "-6", "address", "flush", "dev", "wire0", "scope", "global"]);
    const address = { ipv6: HOST.v6, prefixLength: 64, gateway: SOURCES.v6.neighbour };
    const asked = (gateway: string) =>
      withAddress(exec, "wire0", { ...address, gateway }, () => askGateway(exec, "wire0", gateway));
    assert.equal(await asked(SOURCES.v6.neighbour), "echo");
    assert.equal(await asked(SOURCES.v6.stranger), "echo", "outside of the network, on the wire all the same");
    assert.equal(await asked("2001:db8:0:1::99"), "silent");
    const there = ["nsenter", `--net=/proc/${outside.pid}/ns/net`, "--"];
    await exec.run([...there, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/icmp/echo_ignore_all"]);
    assert.equal(await asked(SOURCES.v6.neighbour), "neighbour");
    const { stdout } = await exec.run(["ip", "-6", "-json", "address", "show", "dev", "wire0", "scope", "global"]);
    assert.ok(!stdout.toString().includes(HOST.v6), "no address is left");
  });
});
