import { IcosError } from "@icos/system";
import { guestosConfigOf, type GuestVm } from "../derive/guestos-from-hostos.ts";
import { hostosConfigOf } from "../derive/hostos-from-setupos.ts";
import type { ObjectKind } from "../objects/config-objects.ts";
import type { GuestosConfig } from "../objects/guestos-object.ts";
import type { HostosConfig, SetuposConfig } from "../objects/host-objects.ts";

/** As what a configuration is looked at: itself, or what is derived from it. */
export const VIEWS = ["setupos", "hostos", "guestos", "guestos-upgrade"] as const;
export type View = (typeof VIEWS)[number];

export type AnyConfig =
  | { readonly kind: "SetupOS"; readonly config: SetuposConfig }
  | { readonly kind: "HostOS"; readonly config: HostosConfig }
  | { readonly kind: "GuestOS"; readonly config: GuestosConfig };

export interface ViewOptions {
  /** Itself when absent. */
  readonly as?: View | undefined;
  /** Of the guest's VM. */
  readonly slot?: number | undefined;
  readonly sevCertChainPem?: string | undefined;
}

/** What a machine would be told further down the line; the way back does not exist. */
export function viewOf(source: AnyConfig, { as, slot, sevCertChainPem }: ViewOptions): AnyConfig {
  if (as === undefined || (as === "setupos" && source.kind === "SetupOS")) return source;
  if (as === "setupos") throw cannotDerive(source.kind, "SetupOS");
  if (as === "hostos") return { kind: "HostOS", config: hostOf(source, "HostOS") };
  const type = as === "guestos" ? "default" : "upgrade";
  if (source.kind === "GuestOS" && source.config.guest_vm_type === type && slot === undefined) return source;
  const vm: GuestVm = {
    type,
    ...(slot !== undefined && { slot }),
    ...(sevCertChainPem !== undefined && { sevCertChainPem }),
  };
  return { kind: "GuestOS", config: guestosConfigOf(hostOf(source, "GuestOS"), vm) };
}

function hostOf(source: AnyConfig, wanted: ObjectKind): HostosConfig {
  if (source.kind === "SetupOS") return hostosConfigOf(source.config);
  if (source.kind === "HostOS") return source.config;
  throw cannotDerive(source.kind, wanted);
}

function cannotDerive(from: ObjectKind, to: ObjectKind): IcosError {
  return new IcosError("cannot-derive", `A ${to} object is not made from this ${from} object.`, {
    next: "Name a stick's directory or the object of an earlier stage: SetupOS, then HostOS, then GuestOS.",
  });
}
