import { isIPv4 } from "node:net";
import { formatIpv6, parseIpv6 } from "../ipv6.ts";
import { isDomainName } from "../field-forms.ts";
import { shown } from "./shown.ts";

/** What the text of one value says, or why it says nothing. */
export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: string; readonly message: string };

export type Reader<Value> = (text: string) => Reading<Value>;

/** Forms of the values of `config.ini`, as upstream takes them (`rs/ic_os/config/tool/src/setupos/config_ini.rs`). */

/** Room for four groups of four digits. */
const LONGEST_PREFIX = 19;

/**
 * The network's first groups, without `::`. Groups after the fourth are taken by upstream and have no effect, because
 * the network is a /64; they are left out of the value.
 */
export const readIpv6Prefix: Reader<string> = (text) => {
  const complete = text !== "" && text.length <= LONGEST_PREFIX && parseIpv6(`${text}::`) !== undefined;
  if (complete) return value(text.split(":").slice(0, 4).join(":"));
  return wrong("invalid-ipv6-prefix", text, "is not the first groups of an IPv6 network, such as 2001:db8:0:1");
};

/** Printed as RFC 5952 has it. */
export const readIpv6Address: Reader<string> = (text) => {
  const bytes = parseIpv6(text);
  return bytes ? value(formatIpv6(bytes)) : wrong("invalid-ipv6-address", text, "is not an IPv6 address");
};

export const readIpv4Address: Reader<string> = (text) =>
  isIPv4(text) ? value(text) : wrong("invalid-ipv4-address", text, "is not an IPv4 address");

/** A number from 0 to 32, without a slash. */
export const readIpv4PrefixLength: Reader<number> = (text) => {
  const length = Number(text);
  if (/^\+?[0-9]+$/.test(text) && length <= 32) return value(length);
  return wrong("invalid-ipv4-prefix-length", text, "is not a number from 0 to 32 without a slash");
};

/** Only the literal words. */
export const readBoolean: Reader<boolean> = (text) =>
  text === "true" || text === "false" ? value(text === "true") : wrong("invalid-boolean", text, "is not true or false");

/** At least two labels (upstream `check-network.sh`). */
export const readDomain: Reader<string> = (text) => {
  if (isDomainName(text) && text.includes(".")) return value(text);
  const rule = "labels of 1 to 63 letters, digits and inner hyphens, at least two, no dot at the end";
  return wrong("invalid-domain", text, `is not a domain name (${rule})`);
};

export const readNodeRewardType: Reader<string> = (text) =>
  /^type[0-9]+(?:\.[0-9])?$/.test(text)
    ? value(text)
    : wrong("invalid-node-reward-type", text, "is not a node reward type, such as type3 or type3.1");

function value<Value>(read: Value): Reading<Value> {
  return { ok: true, value: read };
}

function wrong(code: string, text: string, why: string): Reading<never> {
  if (text === "") return { ok: false, code, message: `The value is empty; it ${why}.` };
  return { ok: false, code, message: `${shown(text)} ${why}.${hint(text)}` };
}

/** Two habits from other formats that this one does not have. */
function hint(text: string): string {
  if (/\s[#;]/.test(text)) return " A comment needs a line of its own.";
  if (/^["'].*["']$/.test(text)) return " Quotes are part of the value here.";
  return "";
}
