import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { bootStateOf, parseGrubenv } from "@icos/slots";
import { reachedFromGuest } from "./nested/firewall.ts";
import { publicSeesTheGuest } from "./nested/guest-pages.ts";
import { HANG } from "./nested/hang.ts";
import { HostUpgrades } from "./nested/host-upgrade.ts";
import { eventually, NestedNode } from "./nested/nested-node.ts";
import { abuseTheChannel } from "./nested/vsock/abuse.ts";
import { createIcosCommand, leftovers, type IcosCommand } from "./testnet/icos-command.ts";
import { RunningTestnet } from "./testnet/running-testnet.ts";

const NAME = "nested";
/** Host and guest boot one after the other under emulation; a busy machine may need several times that. */
const PATIENCE = ["--timeout", "1500"];
/** For a guest's machine to be started again, and for what is in it to answer again. */
const RESTART_SECONDS = 180;
const BOOT_SECONDS = 600;
/** `systemd-analyze security` calls less than this OK. */
const MOST_EXPOSED = 4;

/** Every second, counts the host's virtual machines and keeps the most that there were at once. */
const COUNT_MACHINES = `systemd-run --quiet --unit=count-machines bash -c '
most=0
while sleep 1; do
  now=0
  for name in /proc/[0-9]*/comm; do read -r comm < "$name" 2>/dev/null && [[ $comm == qemu-system* ]] && now=$((now + 1)); done
  if [ "$now" -gt "$most" ]; then most=$now; echo "$most" > /run/most-machines; fi
done'`;

/** What only development images have: a shell for whoever is at the console or has a key, which nothing is to hold back. */
const SHELLS = ["root-console.service", "ssh@test.service"];

/** The units that the image adds to Debian's. */
const OWN_UNITS = `cd /etc/systemd/system
for unit in *.service; do
  if [ -f "$unit" ] && [ ! -L "$unit" ]; then echo "\${unit/@.service/@test.service}"; fi
done`;

/** It takes half an hour under emulation: it is asked for. */
const SKIP = process.env["ICOS_E2E_NESTED"] === "1" ? false : "set ICOS_E2E_NESTED=1";

void suite("a node that is HostOS running GuestOS", { skip: SKIP }, () => {
  let icos: IcosCommand;
  let node: NestedNode;
  let network: RunningTestnet;
  let passed = 0;

  before(async () => {
    icos = await createIcosCommand();
    node = new NestedNode(icos, NAME);
    network = new RunningTestnet(icos, NAME);
    try {
      await icos.must("testnet", "up", NAME, "--nodes", "1", "--nested", ...PATIENCE);
      await node.must("host", COUNT_MACHINES);
    } catch (cause) {
      throw new Error(`See ${await node.keepEvidence()}`, { cause });
    }
  });
  after(async () => {
    await icos.run("testnet", "down", NAME, "--yes");
    await icos.remove();
  });

  /** A step of the story, which may return what it has measured. What a failed one leaves behind is kept and named. */
  function step(name: string, body: () => Promise<string | void>): void {
    void test(name, async (context) => {
      try {
        const measured = await body();
        if (measured !== undefined) context.diagnostic(measured);
        passed += 1;
      } catch (cause) {
        throw new Error(`Consoles and journal: ${await node.keepEvidence()}`, { cause });
      }
    });
  }

  step("both layers are up, and the status shows them", async () => {
    const host = await eventually("the host's metrics", 120, async () => {
      const found = (await node.status()).host;
      return found.state === "running" && found.guestVm === "running" && found;
    });
    const status = await node.status();
    assert.equal(status.state, "healthy");
    assert.notEqual(status.subnetId, null);
    assert.equal(host.version, await node.must("host", "cat /opt/ic/share/version.txt"));
    assert.equal(host.slot, "A");
    assert.match(await icos.must("testnet", "status", NAME), /HOST OF +STATE +GUEST VM +SLOT/);
    assert.equal(await node.must("guest", "cat /sys/class/dmi/id/sys_vendor"), "QEMU");
    const cpu = await node.must("guest", "cat /proc/cpuinfo");
    assert.match(cpu, /^flags\t.* nx /m);
    assert.doesNotMatch(cpu, /^flags\t.* (svm|vmx)( |$)/m, "the guest is offered nested virtualisation");
  });

  step("nothing has failed on the host, and no unit of ours is much exposed", async () => {
    assert.equal(await node.must("host", "systemctl --failed --no-legend --plain"), "");
    const units = (await node.must("host", OWN_UNITS)).split("\n");
    assert.ok(units.includes("guestos.service"), units.join(" "));
    const report = await node.must("host", `systemd-analyze security --no-pager ${units.join(" ")}`);
    const found = [...report.matchAll(/level for (\S+): (\d+\.\d)/g)];
    assert.equal(found.length, units.length, report);
    assert.deepEqual(
      found
        .filter(([, unit = "", exposure]) => Number(exposure) >= MOST_EXPOSED && !SHELLS.includes(unit))
        .map(([line]) => line),
      [],
    );
  });

  step(
    "over vsock the guest is told the host's version, shows a line on its screen, and is refused an HSM",
    async () => {
      const ask = "/opt/ic/bin/vsock_guest";
      assert.equal(await node.must("guest", `${ask} --get-hostos-version`), (await node.status()).host.version);
      await node.must("guest", `${ask} --notify 'a line for the screen'`);
      await eventually("the line is shown", 20, async () =>
        /a line for the screen/.test(await network.console("node-0")),
      );
      const { code, stderr } = await node.run("guest", `${ask} --attach-hsm`);
      assert.notEqual(code, 0);
      assert.match(stderr, /HSM|security module/i);
      await node.must("guest", `${ask} --get-hostos-version`);
      const health = await eventually("the guest reports its health", 90, async () => {
        const text = await node.must("host", "cat /run/icos/guest-health.json");
        return /"state":"healthy"/.test(text) && text;
      });
      assert.match(health, new RegExp(`"node-id":"${(await node.status()).nodeId ?? "none"}"`));
    },
  );

  step(
    "the host's ports are open for its own network as they should be, and for others only the public one",
    async () => {
      const { host } = await node.status();
      for (const port of [22, 9100, 19531, 42372])
        assert.equal(await network.connect(host.ipv6, port), "open", `${port}`);
      assert.equal(await network.connect(host.ipv6, 8080), "silent");
      const inside = await reachedFromGuest(node, host.ipv6, undefined);
      assert.deepEqual(inside, { ports: [22, 9100, 19531, 42372], seventh: false });
      const outside = await reachedFromGuest(node, host.ipv6, "2001:db8:77::2");
      assert.deepEqual(outside, { ports: [42372], seventh: false });
    },
  );

  step("the public sees of the guest, through its host, what it may see", () => publicSeesTheGuest(node));

  step("whatever the guest says on the channel, the host's server stays up, small and quick", () =>
    abuseTheChannel(node),
  );

  step("a guest without its cable is missed, and is back with it", async () => {
    await node.must("host", "ip link set guest0 down");
    await eventually("the node is unreachable", 90, async () => (await node.status()).state === "unreachable");
    assert.equal((await node.status()).host.guestVm, "running");
    await node.must("host", "ip link set guest0 up");
    await eventually("the node is healthy", 90, async () => (await node.status()).healthy);
  });

  step("a guest whose kernel panics, that is killed or that switches itself off is started again", async () => {
    let pid = await guestPid();
    await node.run("guest", "(sleep 1; echo c > /proc/sysrq-trigger) > /dev/null 2>&1 &");
    pid = await startedAgain(pid);
    // Also while nothing more can be written to the host's disk.
    await node.must("host", 'fallocate -l "$(df --output=avail -B1 /var | tail -n 1)" /var/full');
    await node.must("host", `kill -KILL ${pid}`);
    pid = await startedAgain(pid);
    await node.must("host", "rm /var/full");
    await guestAnswers();
    await node.run("guest", "(sleep 1; systemctl poweroff) > /dev/null 2>&1 &");
    await startedAgain(pid);
    assert.match(await node.must("host", "cat /run/icos/guest-vm/guestos.json"), /"lastFailure": \{/);
  });

  step("every unit of the host can be restarted, and the guest is back", async () => {
    const pid = await guestPid();
    const units = (await node.must("host", OWN_UNITS)).split("\n").filter((unit) => !unit.includes("@"));
    const restart = `for unit in ${units.join(" ")}; do systemctl is-active --quiet $unit && systemctl restart $unit; done`;
    // Not by the session, which ends when its own network is restarted.
    await node.must("host", `systemd-run --quiet --unit=restart-all bash -c '${restart}; touch /run/all-restarted'`);
    await eventually("all units are restarted", BOOT_SECONDS, async () => {
      const { code } = await node.run("host", "test -e /run/all-restarted");
      return code === 0;
    });
    await startedAgain(pid);
    assert.equal(await node.must("host", "systemctl --failed --no-legend --plain"), "");
    await eventually("the node is healthy", BOOT_SECONDS, async () => (await node.status()).healthy);
  });

  step("there were never two machines, and both boot states are whole", async () => {
    assert.equal(await node.must("host", "cat /run/most-machines"), "1");
    for (const layer of ["host", "guest"] as const) {
      const block = Buffer.from(await node.must(layer, "base64 -w0 /boot/grub/grubenv"), "base64");
      assert.deepEqual(bootStateOf(parseGrubenv(block)), { alternative: "A", cycle: "stable" }, layer);
    }
  });

  step("the health of the host's drive is in its metrics", async () => {
    const series = await eventually("the drive's series", 120, async () => {
      const page = await node.must("host", "cat /run/node_exporter/collector_textfile/*.prom");
      return /^nvme_temperature_celsius\{.*\} \d+.*$/m.exec(page)?.[0];
    });
    assert.match(series, /device="nvme0n1"/);
  });

  step("a host that hangs is restarted by its watchdog, and its guest with it", async () => {
    assert.equal(await node.must("host", "cat /sys/class/watchdog/watchdog0/identity"), "i6300ESB timer");
    const boot = await node.bootId();
    await node.must("host", HANG);
    await eventually("the host boots again", BOOT_SECONDS, async () => {
      const { code, stdout } = await node.run("host", "cat /proc/sys/kernel/random/boot_id");
      return code === 0 && stdout.trim() !== boot;
    });
    await eventually("the node is healthy", BOOT_SECONDS, async () => (await node.status()).healthy);
  });

  step("a version of HostOS that is damaged is taken back by itself, and the host says so", () =>
    new HostUpgrades(icos, node, NAME).damagedOneIsTakenBack(),
  );

  step("the version of HostOS that the registry asks for is installed, booted and confirmed by its guest", () =>
    new HostUpgrades(icos, node, NAME).nextOneIsConfirmed(),
  );

  void test("down leaves nothing behind", async (context) => {
    if (passed === 0) return context.skip("the node did not come up");
    await icos.must("testnet", "down", NAME, "--yes");
    assert.deepEqual(await leftovers([icos.state, icos.runtime]), []);
  });

  async function guestPid(): Promise<number> {
    const text = await node.must("host", "cat /run/icos/guest-vm/guestos.json");
    return Number(/"pid": (\d+)/.exec(text)?.[1] ?? 0);
  }

  /** Waits until the guest's machine runs in another process than before. */
  function startedAgain(before: number): Promise<number> {
    return eventually("the guest's machine is started again", RESTART_SECONDS, async () => {
      const pid = await guestPid();
      return pid !== before && pid > 0 && pid;
    });
  }

  function guestAnswers(): Promise<true> {
    return eventually("the guest answers", BOOT_SECONDS, async () => (await node.run("guest", "true")).code === 0);
  }
});
