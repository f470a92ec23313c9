import * as v from "valibot";
import { isIpv6Prefix } from "../address.ts";
import { ipv6Address, ipv6Interface, wholeNumberAsWritten } from "../field-forms.ts";
import { objectSchema, type Field, type FieldTable } from "./field-table.ts";

/** `network_settings.ipv6_config`: an externally tagged enum, which a newer host may widen. */

const fixedFields = {
  address: {
    schema: ipv6Interface,
    form: "IPv6 address/64",
    since: "1.1.0",
    source: "derived: prefix and deterministic MAC",
    meaning: "is the address of the machine's only interface",
  },
  gateway: {
    schema: ipv6Address,
    form: "IPv6 address",
    since: "1.1.0",
    source: "config.ini `ipv6_gateway`",
    meaning: "is the router that everything outside the /64 goes through",
  },
} as const satisfies FieldTable;

const deterministicFields = {
  prefix: {
    schema: v.pipe(v.string(), v.check(isIpv6Prefix, "is not the prefix of an IPv6 network, such as 2001:db8:0:1")),
    form: "first groups of an IPv6 network",
    since: "1.1.0",
    source: "config.ini `ipv6_prefix`",
    meaning: "is the network in which each machine has the address that follows from its MAC",
  },
  prefix_length: {
    schema: v.pipe(wholeNumberAsWritten, v.value(64, "is not 64; a node's network is always a /64")),
    form: "64",
    since: "1.1.0",
    source: "fixed",
    meaning: "is the length of the prefix",
  },
  gateway: fixedFields.gateway,
} as const satisfies FieldTable;

const fixed = v.object({ Fixed: objectSchema(fixedFields) });
const deterministic = v.object({ Deterministic: objectSchema(deterministicFields) });
const routerAdvertisement = v.literal("RouterAdvertisement");

const refusedInGuest = v.pipe(
  v.unknown(),
  v.check(() => false, "is Deterministic, which is for hosts; a guest is told Fixed or RouterAdvertisement"),
  v.transform((): "Unknown" => "Unknown"),
);

const unknownVariant = v.pipe(
  v.union(
    [
      v.string(),
      v.pipe(
        v.record(v.string(), v.unknown()),
        v.check((value) => Object.keys(value).length === 1),
      ),
    ],
    "is not Fixed, RouterAdvertisement or another variant",
  ),
  v.transform((): "Unknown" => "Unknown"),
);

const inGuest = v.lazy((input) => {
  const variant = variantName(input);
  if (variant === "Fixed" && typeof input === "object") return fixed;
  if (variant === "RouterAdvertisement") return routerAdvertisement;
  return variant === "Deterministic" ? refusedInGuest : unknownVariant;
});

const inHost = v.lazy((input) => {
  const variant = variantName(input);
  if (variant === "Deterministic" && typeof input === "object") return deterministic;
  if (variant === "Fixed" && typeof input === "object") return fixed;
  return variant === "RouterAdvertisement" ? routerAdvertisement : unknownVariant;
});

/** The name of an externally tagged variant: `"Name"` or `{"Name": {…}}`. */
function variantName(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? Object.keys(value)[0] : undefined;
}

const FIXED: Field = {
  schema: objectSchema(fixedFields),
  form: "object",
  since: "1.1.0",
  source: "as the enum",
  meaning: "says the address itself",
  fields: fixedFields,
};

const DETERMINISTIC: Field = {
  schema: objectSchema(deterministicFields),
  form: "object",
  since: "1.1.0",
  source: "as the enum",
  meaning: "says the network; each operating system of the machine derives its own address in it",
  fields: deterministicFields,
};

export const hostIpv6Config = {
  schema: inHost,
  form: "Deterministic, Fixed or `RouterAdvertisement`",
  since: "1.1.0",
  source: "config.ini: always Deterministic",
  meaning: "says how the machine's operating systems get their IPv6 addresses; another variant is read as Unknown",
  variants: { Deterministic: DETERMINISTIC, Fixed: FIXED },
  units: ["RouterAdvertisement"],
} as const satisfies Field;

export const guestIpv6Config = {
  schema: inGuest,
  form: "Fixed or `RouterAdvertisement`",
  since: "1.1.0",
  source: "derived: Fixed, from the host's Deterministic",
  meaning: "says how the guest gets its IPv6 address; Deterministic is refused, another variant is read as Unknown",
  variants: { Fixed: FIXED },
  units: ["RouterAdvertisement"],
} as const satisfies Field;
