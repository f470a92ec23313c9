import { IcosError } from "@icos/system";
import { startCapture, type Capture, type CaptureOptions } from "./capture.ts";
import type { FramePort } from "./frame-port.ts";
import { ETHERNET_HEADER_BYTES, LENGTH_BYTES, type Packet } from "./framing.ts";
import { createInProcessPort } from "./in-process-port.ts";
import { createLink, PERFECT_LINK, type LinkSettings } from "./link.ts";
import { checkLinkSettings } from "./link-settings.ts";
import { createMacTable, formatMac, isMulticast, readMac } from "./mac-table.ts";
import { connected, createPortCounters, type PortCounters, type SwitchPort } from "./port.ts";
import { createRandom } from "./random.ts";
import { listenForMachine } from "./socket-port.ts";
import { realTimeline, type Timeline } from "./timeline.ts";

export interface VirtualSwitchOptions {
  /** Decides which frames are lost and how jitter falls: each port has its own stream, so ports do not disturb. */
  readonly seed: string;
  readonly clock?: Timeline | undefined;
  /** After how long an unheard address is forgotten. */
  readonly macAgeMs?: number | undefined;
  readonly macLimit?: number | undefined;
}

export interface PortStatus {
  readonly name: string;
  readonly up: boolean;
  /** A machine is connected. */
  readonly attached: boolean;
  readonly link: LinkSettings;
  readonly counters: Readonly<PortCounters>;
}

/** An Ethernet switch in this process. Ports have names; machines reach them over unix sockets or in the process. */
export interface VirtualSwitch {
  /** Makes a port that listens on a unix socket for QEMU (`-netdev stream`) or {@link connectToSwitch}. */
  listenPort(name: string, socketPath: string, link?: Partial<LinkSettings>): Promise<void>;
  /** Makes a port for code of this process. */
  addPort(name: string, link?: Partial<LinkSettings>): FramePort;
  removePort(name: string): Promise<void>;
  /** Changes the given settings of a port's cable and keeps the others. Frames on the way keep their time. */
  setLink(name: string, link: Partial<LinkSettings>): void;
  /** Pulls the cable of a port, or plugs it in. What was on the way is lost. */
  setUp(name: string, up: boolean): void;
  /**
   * Splits the network: frames pass only between ports that share a group. Ports in no group form one more. A port in
   * several groups reaches all of them. `undefined` makes the network whole.
   */
  setPartition(groups: readonly (readonly string[])[] | undefined): void;
  status(): PortStatus[];
  /** Learned addresses and the port of each. */
  addresses(): { readonly mac: string; readonly port: string }[];
  /** Writes frames to a pcap file until stopped. */
  capture(options: CaptureOptions): Promise<Capture>;
  close(): Promise<void>;
}

const MAC_AGE_MS = 300_000;
const MAC_LIMIT = 4_096;

export function createVirtualSwitch(options: VirtualSwitchOptions): VirtualSwitch {
  const clock = options.clock ?? realTimeline;
  const ports = new Map<string, SwitchPort>();
  const captures = new Set<Capture>();
  const macs = createMacTable<SwitchPort>({
    ageMs: options.macAgeMs ?? MAC_AGE_MS,
    limit: options.macLimit ?? MAC_LIMIT,
  });
  let partition: readonly (readonly string[])[] | undefined;

  function port(name: string): SwitchPort {
    const found = ports.get(name);
    if (found !== undefined) return found;
    throw new IcosError("no-such-port", `The switch has no port ${name}.`, {
      details: { port: name, ports: [...ports.keys()] },
    });
  }

  function makePort(name: string, link: Partial<LinkSettings>): SwitchPort {
    if (ports.has(name)) throw new IcosError("port-exists", `The switch already has a port ${name}.`);
    const settings = checkLinkSettings({ ...PERFECT_LINK, ...link }, name);
    const counters = createPortCounters();
    const random = (direction: string) => createRandom(JSON.stringify([options.seed, name, direction]));
    const made: SwitchPort = {
      name,
      counters,
      settings,
      up: true,
      groups: groupsOf(name),
      attachment: undefined,
      fromMachine: createLink(clock, random("from"), counters, (packet) => forward(made, packet)),
      toMachine: createLink(clock, random("to"), counters, (packet) => deliver(made, packet)),
      release: () => Promise.resolve(),
    };
    made.fromMachine.set(settings);
    made.toMachine.set(settings);
    ports.set(name, made);
    return made;
  }

  /** A frame came from the machine at `from`. */
  function enter(from: SwitchPort, packet: Packet): boolean {
    if (!from.up) {
      from.counters.droppedDown += 1;
      return false;
    }
    const length = packet.length - LENGTH_BYTES;
    from.counters.framesFromMachine += 1;
    from.counters.bytesFromMachine += length;
    if (length < ETHERNET_HEADER_BYTES || isMulticast(readMac(packet, LENGTH_BYTES + 6))) {
      from.counters.malformed += 1;
      return false;
    }
    from.fromMachine.send(packet);
    return true;
  }

  /** A frame has crossed its machine's cable and reached the switch. */
  function forward(from: SwitchPort, packet: Packet): void {
    const now = clock.now();
    for (const capture of captures) capture.entered(from.name, packet);
    macs.learn(readMac(packet, LENGTH_BYTES + 6), from, now);
    const destination = readMac(packet, LENGTH_BYTES);
    const known = isMulticast(destination) ? undefined : macs.find(destination, now);
    if (known === from) return;
    if (known !== undefined) pass(from, known, packet);
    else for (const to of ports.values()) if (to !== from) pass(from, to, packet);
  }

  function pass(from: SwitchPort, to: SwitchPort, packet: Packet): void {
    if (connected(from, to)) to.toMachine.send(packet);
    else from.counters.droppedPartition += 1;
  }

  function deliver(to: SwitchPort, packet: Packet): void {
    if (!to.up || to.attachment === undefined) {
      to.counters.droppedDown += 1;
      return;
    }
    if (!to.attachment.deliver(packet)) {
      to.counters.droppedQueueFull += 1;
      return;
    }
    to.counters.framesToMachine += 1;
    to.counters.bytesToMachine += packet.length - LENGTH_BYTES;
    for (const capture of captures) capture.left(to.name, packet);
  }

  function groupsOf(name: string): ReadonlySet<number> | undefined {
    if (partition === undefined) return undefined;
    const found = new Set<number>();
    for (const [index, names] of partition.entries()) if (names.includes(name)) found.add(index);
    return found.size > 0 ? found : new Set([-1]);
  }

  function forget(old: SwitchPort): void {
    macs.forgetPort(old);
    old.fromMachine.clear();
    old.toMachine.clear();
  }

  async function removePort(name: string): Promise<void> {
    const old = port(name);
    ports.delete(name);
    forget(old);
    old.attachment?.close();
    old.attachment = undefined;
    await old.release();
  }

  return {
    async listenPort(name, socketPath, link = {}) {
      const made = makePort(name, link);
      try {
        made.release = await listenForMachine(socketPath, made, {
          receive: (packet) => void enter(made, packet),
          gone: () => forget(made),
        });
      } catch (error) {
        ports.delete(name);
        throw error;
      }
    },
    addPort(name, link = {}) {
      const made = makePort(name, link);
      return createInProcessPort(made, {
        receive: (packet) => enter(made, packet),
        closed: () => ports.get(name) === made && void removePort(name),
      });
    },
    removePort,
    setLink(name, link) {
      const changed = port(name);
      changed.settings = checkLinkSettings({ ...changed.settings, ...link }, name);
      changed.fromMachine.set(changed.settings);
      changed.toMachine.set(changed.settings);
    },
    setUp(name, up) {
      const changed = port(name);
      changed.up = up;
      if (!up) forget(changed);
    },
    setPartition(groups) {
      for (const name of groups?.flat() ?? []) port(name);
      partition = groups;
      for (const each of ports.values()) each.groups = groupsOf(each.name);
    },
    status() {
      return [...ports.values()].map(({ name, up, attachment, settings, counters }) => ({
        name,
        up,
        attached: attachment !== undefined,
        link: settings,
        counters: { ...counters },
      }));
    },
    addresses() {
      return [...macs.entries()].map(([mac, { name }]) => ({ mac: formatMac(mac), port: name }));
    },
    async capture(captureOptions) {
      if (captureOptions.port !== undefined) port(captureOptions.port);
      const capture = await startCapture(captureOptions, clock, () => captures.delete(capture));
      captures.add(capture);
      return capture;
    },
    async close() {
      for (const name of ports.keys()) await removePort(name);
      for (const capture of captures) await capture.stop();
    },
  };
}
