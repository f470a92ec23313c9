import { IDL } from "@icp-sdk/core/candid";
import type { Json } from "@icos/registry";
import { describeError, IcosError } from "@icos/system";
import type { Codec } from "./codec.ts";
import { candidToJson } from "./payload-json.ts";
import { checkTypeTable } from "./type-table.ts";

/** A candid message with one value, in the form of `payloadToJson`. @throws IcosError `candid-malformed` */
export function argumentJson({ idl, shape }: Pick<Codec<unknown>, "idl" | "shape">, bytes: Uint8Array): Json {
  checkTypeTable(bytes);
  try {
    return candidToJson(shape, IDL.decode([idl], Uint8Array.from(bytes))[0]);
  } catch (cause) {
    throw new IcosError("candid-malformed", `It is not the value that was expected: ${describeError(cause)}.`, {
      cause,
    });
  }
}
