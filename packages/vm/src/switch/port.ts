import type { LinkCounters, Link, LinkSettings } from "./link.ts";
import type { Packet } from "./framing.ts";

/** Counted since the port was made. "From" and "to" are as seen by the machine at the port. */
export interface PortCounters extends LinkCounters {
  framesFromMachine: number;
  bytesFromMachine: number;
  framesToMachine: number;
  bytesToMachine: number;
  /** Too short, or with a multicast address as the source. */
  malformed: number;
  /** Not passed on because the port is down or nothing is connected. */
  droppedDown: number;
  /** Not passed to another port because of a partition, counted at the port it came from. */
  droppedPartition: number;
  /** Connections ended because what came was no framing. */
  framingErrors: number;
}

export function createPortCounters(): PortCounters {
  return {
    framesFromMachine: 0,
    bytesFromMachine: 0,
    framesToMachine: 0,
    bytesToMachine: 0,
    malformed: 0,
    droppedDown: 0,
    droppedPartition: 0,
    framingErrors: 0,
    lost: 0,
    droppedQueueFull: 0,
  };
}

/** The machine's end of the cable: a socket or a handler in this process. */
export interface Attachment {
  /** False when the frame had to be dropped because the machine takes them too slowly. */
  deliver(packet: Packet): boolean;
  close(): void;
}

/** A port as the switch keeps it. */
export interface SwitchPort {
  readonly name: string;
  readonly counters: PortCounters;
  settings: LinkSettings;
  up: boolean;
  /** The partition groups it is in; `undefined` when the network is whole. */
  groups: ReadonlySet<number> | undefined;
  attachment: Attachment | undefined;
  readonly fromMachine: Link;
  readonly toMachine: Link;
  /** Stops what was started for the port: a listening socket. */
  release: () => Promise<void>;
}

/** Whether frames pass between two ports: in a partitioned network only inside a group. */
export function connected(left: SwitchPort, right: SwitchPort): boolean {
  if (left.groups === undefined || right.groups === undefined) return true;
  for (const group of left.groups) if (right.groups.has(group)) return true;
  return false;
}
