import { closeSync, openSync } from "node:fs";
import { IcosError } from "@icos/system";

/** A device that is asked by `ioctl`, which Node does not have. */
export interface ControlledDevice {
  /** The argument is read and written in place; false when the kernel refused. */
  control(request: number, argument: Buffer): boolean;
  /** For a structure that points to another one; the buffer must be kept for as long as it does. */
  addressOf(buffer: Buffer): bigint;
  close(): void;
}

/** @throws IcosError `device-unavailable`, or the file system's error */
export async function openControlledDevice(path: string): Promise<ControlledDevice> {
  const ffi = await import("node:ffi").catch((cause: unknown) => {
    throw new IcosError("device-unavailable", `${path} cannot be asked: this Node cannot call the C library.`, {
      cause,
    });
  });
  const { functions, lib } = ffi.dlopen("libc.so.6", {
    ioctl: { arguments: ["i32", "u64", "pointer"], return: "i32" },
  });
  const fd = openSync(path, "r");
  return {
    control: (request, argument) => functions.ioctl(fd, BigInt(request), argument) >= 0,
    addressOf: (buffer) => ffi.getRawPointer(buffer),
    close() {
      closeSync(fd);
      lib.close();
    },
  };
}
