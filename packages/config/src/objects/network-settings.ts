import * as v from "valibot";
import { domainName, ipv4Address, optionalField, plainZero, wholeNumberAsWritten } from "../field-forms.ts";
import { objectSchema, type FieldTable } from "./field-table.ts";
import { guestIpv6Config, hostIpv6Config } from "./ipv6-config.ts";

const ipv4Config = {
  address: {
    schema: ipv4Address,
    form: "IPv4 address",
    since: "1.1.0",
    source: "config.ini `ipv4_address`",
    meaning: "is the guest's IPv4 address; hosts have none",
  },
  gateway: {
    schema: ipv4Address,
    form: "IPv4 address",
    since: "1.1.0",
    source: "config.ini `ipv4_gateway`",
    meaning: "is the guest's IPv4 router",
  },
  prefix_length: {
    schema: v.pipe(wholeNumberAsWritten, v.maxValue(32, "is more than 32"), plainZero),
    form: "0 to 32",
    since: "1.1.0",
    source: "config.ini `ipv4_prefix_length`",
    meaning: "is the length of the IPv4 network's prefix",
  },
} as const satisfies FieldTable;

/** What both kinds of `network_settings` have beside the IPv6 address. */
const shared = {
  ipv4_config: {
    schema: optionalField(objectSchema(ipv4Config)),
    form: "object or null",
    since: "1.1.0",
    source: "config.ini: all three IPv4 keys or none",
    meaning: "gives the guest an IPv4 address beside IPv6",
    fields: ipv4Config,
  },
  domain_name: {
    schema: optionalField(domainName),
    form: "domain name or null",
    since: "1.1.0",
    source: "config.ini `domain`",
    meaning: "is the node's name in DNS; it goes into `ic.json5` and the node record",
  },
} as const satisfies FieldTable;

export const hostNetworkSettings = { ipv6_config: hostIpv6Config, ...shared } as const satisfies FieldTable;
export const guestNetworkSettings = { ipv6_config: guestIpv6Config, ...shared } as const satisfies FieldTable;
