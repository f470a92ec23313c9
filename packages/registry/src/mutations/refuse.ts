import { IcosError } from "@icos/system";

/** The error that a mutation throws when it is not allowed; {@link applyMutation} turns it into a refusal. */
export class MutationRefused extends IcosError {}

export function refuse(
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): MutationRefused {
  return new MutationRefused(code, message, { details });
}
