/** Tells systemd how a service is (sd_notify(3)). */
export type Notify = (message: string) => void;

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const SUN_PATH = 2;

/**
 * Sends to the socket that systemd names in `NOTIFY_SOCKET`; does nothing without one. Node has no datagram sockets in the file
 * system, so the C library is called. `systemd-notify` would do the same, but it is another process, whose message systemd takes
 * for the service's own only when every process of the service may speak for it.
 */
export async function createNotify(socket: string | undefined): Promise<Notify> {
  if (socket === undefined || socket === "") return () => undefined;
  const { dlopen } = await import("node:ffi");
  const { functions: c } = dlopen("libc.so.6", {
    socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
    sendto: { arguments: ["i32", "pointer", "u64", "i32", "pointer", "u32"], return: "i64" },
    close: { arguments: ["i32"], return: "i32" },
  });
  const address = socketAddress(socket);
  return (message) => {
    const descriptor = c.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (descriptor < 0) return;
    const bytes = Buffer.from(message);
    c.sendto(descriptor, bytes, BigInt(bytes.length), 0, address, address.length);
    c.close(descriptor);
  };
}

/** `struct sockaddr_un`; a name that starts with `@` is in the abstract name space. */
export function socketAddress(path: string): Buffer {
  const abstract = path.startsWith("@");
  const name = Buffer.from(abstract ? `\0${path.slice(1)}` : `${path}\0`);
  const address = Buffer.alloc(SUN_PATH + name.length);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, SUN_PATH);
  return address;
}
