import { endianness } from "node:os";
import { IcosError } from "@icos/system";
import { socketFromDescriptor } from "@icos/system/pipe-handle";
import type { FramePort } from "./switch/frame-port.ts";

/** From `linux/if_packet.h`, `linux/if_ether.h`, `sys/socket.h`. */
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const ETH_P_ALL = 0x0003;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_IGNORE_OUTGOING = 23;
const PACKET_MR_PROMISC = 1;
const MSG_DONTWAIT = 0x40;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * Opens a raw packet socket on a network interface of this process's network namespace: what leaves the interface's
 * owner (the other end of a veth pair, a TAP's kernel side) is received, what is sent enters it. Needs CAP_NET_RAW in
 * that namespace. Throws `no-such-interface` or `packet-socket-refused`.
 *
 * Frames of a veth carry unfinished checksums unless offloading was switched off: see {@link vethCommands}.
 */
export async function openPacketSocket(interfaceName: string): Promise<FramePort> {
  const libc = await openLibc();
  const name = Buffer.from(`${interfaceName}\0`);
  const index = libc.functions.if_nametoindex(name);
  if (index === 0) throw new IcosError("no-such-interface", `There is no network interface ${interfaceName}.`);

  const protocol = networkOrder(ETH_P_ALL);
  const fd = libc.functions.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) throw refused(interfaceName, "opened");

  function option(level: number, option: number, value: Buffer): boolean {
    return libc.functions.setsockopt(fd, level, option, value, value.length) === 0;
  }
  const done =
    libc.functions.bind(fd, linkLayerAddress(protocol, index), LINK_LAYER_ADDRESS_BYTES) === 0 &&
    // Without this every frame sent here would come back.
    option(SOL_PACKET, PACKET_IGNORE_OUTGOING, int32(1)) &&
    option(SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership(index));
  if (!done) {
    libc.functions.close(fd);
    throw refused(interfaceName, "bound");
  }
  option(SOL_SOCKET, SO_RCVBUF, int32(RECEIVE_BUFFER_BYTES)); // the kernel may grant less

  // Read by Node's event loop: each read of a packet socket is one frame, and a flowing stream keeps reads apart.
  const socket = socketFromDescriptor(fd, { writable: false });
  const { promise: closed, resolve } = Promise.withResolvers<Error | undefined>();
  let handler: ((frame: Buffer) => void) | undefined;
  let failure: Error | undefined;
  let open = true;
  socket.on("data", (frame: Buffer) => handler?.(frame));
  socket.on("error", (error) => (failure = error));
  socket.on("end", () => socket.destroy());
  socket.on("close", () => {
    open = false;
    libc.lib.close();
    resolve(failure);
  });

  return {
    // Not through the stream: Node would join waiting writes into one, and so two frames into one. A full queue of
    // the interface loses the frame, as a wire does.
    send: (frame) =>
      open && libc.functions.send(fd, frame, BigInt(frame.length), MSG_DONTWAIT) === BigInt(frame.length),
    receive: (next) => void (handler = next),
    closed,
    close() {
      open = false;
      socket.destroy();
    },
  };
}

/** Loaded when first needed: `node:ffi` is experimental and says so on standard error. */
async function openLibc() {
  const { dlopen } = await import("node:ffi");
  return dlopen("libc.so.6", {
    socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
    bind: { arguments: ["i32", "pointer", "u32"], return: "i32" },
    setsockopt: { arguments: ["i32", "i32", "i32", "pointer", "u32"], return: "i32" },
    if_nametoindex: { arguments: ["pointer"], return: "u32" },
    send: { arguments: ["i32", "pointer", "u64", "i32"], return: "i64" },
    close: { arguments: ["i32"], return: "i32" },
  });
}

const LINK_LAYER_ADDRESS_BYTES = 20;

/** `struct sockaddr_ll`; the protocol is in network order already. */
function linkLayerAddress(protocol: number, index: number): Buffer {
  const address = Buffer.alloc(LINK_LAYER_ADDRESS_BYTES);
  writeU16(address, AF_PACKET, 0);
  writeU16(address, protocol, 2);
  int32(index).copy(address, 4);
  return address;
}

/** `struct packet_mreq` that asks for every frame, not only those for the interface's own address. */
function membership(index: number): Buffer {
  const request = Buffer.alloc(16);
  int32(index).copy(request, 0);
  writeU16(request, PACKET_MR_PROMISC, 4);
  return request;
}

function int32(value: number): Buffer {
  return Buffer.from(Int32Array.of(value).buffer);
}

function writeU16(buffer: Buffer, value: number, offset: number): void {
  Buffer.from(Uint16Array.of(value).buffer).copy(buffer, offset);
}

function networkOrder(value: number): number {
  return endianness() === "LE" ? ((value & 0xff) << 8) | (value >> 8) : value;
}

function refused(interfaceName: string, what: string): IcosError {
  return new IcosError("packet-socket-refused", `A packet socket on ${interfaceName} cannot be ${what}.`, {
    next: "Run in a network namespace of your own (`unshare -rn`), or with CAP_NET_RAW.",
    details: { interface: interfaceName },
  });
}
