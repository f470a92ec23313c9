import { IDL } from "@icp-sdk/core/candid";
import { describeError, IcosError } from "@icos/system";
import type { Codec } from "./codec.ts";
import { checkTypeTable } from "./type-table.ts";

/** The one argument of a method. @throws IcosError `candid-malformed` */
export function decodeArgument<T>(codec: Codec<T>, bytes: Uint8Array): T {
  try {
    checkTypeTable(bytes);
    // A copy: the library takes a Buffer that is a part of a larger one for the whole.
    const [value] = IDL.decode([codec.idl], Uint8Array.from(bytes));
    return codec.read(value);
  } catch (cause) {
    if (cause instanceof IcosError && cause.code !== "candid-mismatch") throw cause;
    throw new IcosError("candid-malformed", `The argument is not what the method takes: ${describeError(cause)}.`, {
      cause,
    });
  }
}

export function encodeArgument<T>(codec: Codec<T>, value: T): Uint8Array {
  return IDL.encode([codec.idl], [codec.write(value)]);
}

/** A reply; `()` without a codec. */
export function encodeReply<T>(codec: Codec<T> | undefined, value: T | undefined): Uint8Array {
  if (!codec || value === undefined) return IDL.encode([], []);
  return IDL.encode([codec.idl], [codec.write(value)]);
}
