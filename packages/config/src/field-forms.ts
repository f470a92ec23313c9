import { isIPv4 } from "node:net";
import * as v from "valibot";
import { parseIpv6, parseIpv6Cidr } from "./ipv6.ts";
import { formatMac, parseMac } from "./mac.ts";

/** Forms of single fields that more than one configuration object has. */

export const ipv6Address = v.pipe(
  v.string(),
  v.check((text) => parseIpv6(text) !== undefined, "is not an IPv6 address"),
);

/** `address/64`: a node's network is always a /64. */
export const ipv6Interface = v.pipe(
  v.string(),
  v.check(
    (text) => parseIpv6Cidr(text)?.prefixLength === 64,
    "is not an IPv6 address with the prefix length 64, such as 2001:db8::1/64",
  ),
);

export const ipv4Address = v.pipe(v.string(), v.check(isIPv4, "is not an IPv4 address"));

export const macAddress = v.pipe(
  v.string(),
  v.check((text) => parseMac(text) !== undefined, "is not a MAC address (six hexadecimal pairs separated by colons)"),
  v.transform((text) => formatMac(parseMac(text) ?? new Uint8Array(6))),
);

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

export function isDomainName(text: string): boolean {
  return text.length <= 253 && text.split(".").every((label) => LABEL.test(label));
}

export const domainName = v.pipe(
  v.string(),
  v.check(
    isDomainName,
    "is not a domain name (labels of letters, digits and inner hyphens, at most 63 characters each)",
  ),
);

/** `type3`, `type3.1`: one digit after the dot. */
export const nodeRewardType = v.pipe(
  v.string(),
  v.regex(/^type[0-9]+(?:\.[0-9])?$/, "is not a node reward type, such as type3 or type3.1"),
);

export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:");
}

/** Normalised as URL parsers print it, so `https://ic0.app` reads as `https://ic0.app/`. */
export const httpUrl = v.pipe(
  v.string(),
  v.check(isHttpUrl, "is not an http or https URL"),
  v.transform((text) => new URL(text).href),
);

/** `mainnet` or `testnet` in any case. */
export const deploymentEnvironment = v.pipe(
  v.string(),
  v.toLowerCase(),
  v.picklist(["mainnet", "testnet"], "is neither mainnet nor testnet"),
);

/** JSON has a -0; it is 0. Comes last in a pipe: a published schema ends where a value is changed. */
export const plainZero = v.transform((value: number) => value + 0);

/** A whole number whose zero may be -0. */
export const wholeNumberAsWritten = v.pipe(
  v.number(),
  v.safeInteger("is not a whole number"),
  v.minValue(0, "is negative"),
);

export const wholeNumber = v.pipe(wholeNumberAsWritten, plainZero);

/** What upstream writes as an optional field: absent and `null` are the same, and `null` is written. */
export function optionalField<Schema extends v.GenericSchema>(schema: Schema): v.NullishSchema<Schema, null> {
  return v.nullish(schema, null);
}

/** A configuration version: three numbers. */
export const configVersion = v.pipe(
  v.string(),
  v.regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/, "is not a version of three numbers, such as 1.17.0"),
);
