import { parseJson, readFileIfExists } from "@icos/system";
import * as v from "valibot";
import { cardChoiceSchema, type CardChoice } from "./card-choice.ts";

/** Where the console finds what the host's network was made of. */
export const NETWORK_STATE_FILE = "icos/network.json";

/** What `hostos-network.service` did in this boot. */
export const networkStateSchema = v.object({
  choice: cardChoiceSchema,
  mac: v.string(),
  address: v.string(),
  gateway: v.string(),
  resolvers: v.array(v.string()),
  /** Of the management controller, where it is not the configured one: the board may have been replaced. */
  otherManagementMac: v.nullable(v.string()),
});
export type NetworkState = v.InferOutput<typeof networkStateSchema>;

/** `undefined` before the unit has run. Throws `network-state-invalid`. */
export async function readNetworkState(file: string): Promise<NetworkState | undefined> {
  const text = await readFileIfExists(file);
  if (text === undefined) return undefined;
  const what = { code: "network-state-invalid", name: "The state of the host's network", file };
  return parseJson(networkStateSchema, text.toString(), what);
}

/** The choice in words, and what to do about it where something is missing. */
export function describeChoice(
  choice: CardChoice,
  gateway: string,
): { readonly warning: boolean; readonly text: string } {
  const good = (text: string): ReturnType<typeof describeChoice> => ({ warning: false, text });
  const bad = (text: string, next: string): ReturnType<typeof describeChoice> => ({
    warning: true,
    text: `${text}. ${next}`,
  });
  if (choice.kind === "no-card") {
    const next = "Check that one is in the machine and switched on in its firmware.";
    return bad("no network card was found", next);
  }
  if (choice.kind === "no-link") {
    const next = "Check that its cable is in and the switch's port is on.";
    return bad("no network card has a link", next);
  }
  const { card } = choice;
  if (choice.kind === "kept") return good(`network card ${card}: it is a port of the bridge already`);
  if (choice.kind === "working") {
    const speed = choice.speed === null ? "" : `, ${choice.speed} Mb/s`;
    const how = choice.answer === "echo" ? "answers" : "is there, though it answers no echo request";
    return good(`network card ${card}${speed}: the gateway ${gateway} ${how}`);
  }
  const tried = choice.tried.join(", ");
  const text = `the gateway ${gateway} answers through no network card (tried ${tried}), ${card} is used`;
  return bad(text, "Check cables, VLAN and `ipv6_gateway`.");
}
