import { ANY_CID, type VsockAddress } from "./address.ts";

/** From `linux/vm_sockets.h`, `bits/socket.h` and `poll.h` of Linux on x86-64. */
const AF_VSOCK = 40;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const POLLOUT = 4;
const IOCTL_VM_SOCKETS_GET_LOCAL_CID = 0x7b9n;
const ADDRESS_BYTES = 16;

/** The calls on vsock descriptors that Node lacks. None of them waits. */
export interface VsockCalls {
  /** A new stream socket, or `undefined` when this kernel has none. */
  socket(): number | undefined;
  bind(fd: number, address: VsockAddress): boolean;
  /** Begins to connect. */
  connect(fd: number, address: VsockAddress): void;
  /** What has become of it: still connecting, the error number, or connected. */
  connected(fd: number): "not-yet" | "yes" | { readonly error: number };
  peer(fd: number): VsockAddress | undefined;
  /** Asks `/dev/vsock`, which is open as `fd`; `undefined` when this machine is no guest. */
  localCid(fd: number): number | undefined;
  close(fd: number): void;
}

/** Loaded when first needed: `node:ffi` is experimental and says so on standard error. */
export async function openVsockCalls(): Promise<VsockCalls> {
  const { dlopen } = await import("node:ffi");
  const { functions: libc } = dlopen("libc.so.6", {
    socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
    bind: { arguments: ["i32", "pointer", "u32"], return: "i32" },
    connect: { arguments: ["i32", "pointer", "u32"], return: "i32" },
    getpeername: { arguments: ["i32", "pointer", "pointer"], return: "i32" },
    getsockopt: { arguments: ["i32", "i32", "i32", "pointer", "pointer"], return: "i32" },
    poll: { arguments: ["pointer", "u64", "i32"], return: "i32" },
    ioctl: { arguments: ["i32", "u64", "pointer"], return: "i32" },
    close: { arguments: ["i32"], return: "i32" },
  });

  function peer(fd: number): VsockAddress | undefined {
    const address = Buffer.alloc(ADDRESS_BYTES);
    if (libc.getpeername(fd, address, uint32(ADDRESS_BYTES)) !== 0) return undefined;
    return address.readUInt16LE(0) === AF_VSOCK ? readAddress(address) : undefined;
  }

  return {
    socket() {
      const fd = libc.socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      return fd < 0 ? undefined : fd;
    },
    bind: (fd, address) => libc.bind(fd, writeAddress(address), ADDRESS_BYTES) === 0,
    connect: (fd, address) => void libc.connect(fd, writeAddress(address), ADDRESS_BYTES),
    connected(fd) {
      if (libc.poll(pollForWriting(fd), 1n, 0) === 0) return "not-yet";
      if (peer(fd) !== undefined) return "yes";
      const error = uint32(0);
      libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, error, uint32(4));
      return { error: error.readInt32LE() };
    },
    peer,
    localCid(fd) {
      const cid = uint32(ANY_CID);
      const known = libc.ioctl(fd, IOCTL_VM_SOCKETS_GET_LOCAL_CID, cid) === 0;
      const value = cid.readUInt32LE();
      return known && value !== ANY_CID ? value : undefined;
    },
    close: (fd) => void libc.close(fd),
  };
}

/** `struct sockaddr_vm` */
function writeAddress({ cid, port }: VsockAddress): Buffer {
  const address = Buffer.alloc(ADDRESS_BYTES);
  address.writeUInt16LE(AF_VSOCK, 0);
  address.writeUInt32LE(port, 4);
  address.writeUInt32LE(cid, 8);
  return address;
}

const readAddress = (address: Buffer): VsockAddress => ({
  port: address.readUInt32LE(4),
  cid: address.readUInt32LE(8),
});

/** `struct pollfd` */
function pollForWriting(fd: number): Buffer {
  const poll = Buffer.alloc(8);
  poll.writeInt32LE(fd, 0);
  poll.writeInt16LE(POLLOUT, 4);
  return poll;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
