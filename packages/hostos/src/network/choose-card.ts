import { HOST_BRIDGE } from "@icos/config";
import { describeError, type Clock, type Exec, type Logger } from "@icos/system";
import { candidateCards, type Candidates, type InterfaceFacts } from "./card-candidates.ts";
import { decideCard, type CardChoice, type GatewayAnswer } from "./card-choice.ts";
import { cardLink, probeOrder, type CardLink } from "./card-link.ts";
import { askGateway, withAddress, type HostAddress } from "./gateway-probe.ts";
import type { NetworkSysfs } from "./network-sysfs.ts";

export interface CardModules {
  readonly sysfs: NetworkSysfs;
  readonly exec: Exec;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Upstream's numbers; cards that need 2.3 s for a link have been seen. */
const TRIES = 10;
const WAIT_MS = 2_000;

/**
 * Chooses the card that connects the host. Cards are brought up for it and are down afterwards, because networkd will give
 * one another MAC address, which not every driver takes while it is up; none keeps an address. Never rejects because of a
 * card: one that cannot be asked is silent.
 */
export async function chooseCard(modules: CardModules, address: HostAddress): Promise<CardChoice> {
  const { cards, unusualNames } = await waitForCandidates(modules);
  if (unusualNames) modules.logger.log("warning", "No card has a predictable name; any counts.", { cards });
  for (const card of cards) {
    if ((await modules.sysfs.target(card, "master")) === HOST_BRIDGE) return { kind: "kept", card };
  }
  for (const card of cards) await setLink(modules, card, "up");
  const links = await waitForLinks(modules, cards);
  modules.logger.log("info", "Links of the network cards.", { links });
  const choice = await askThrough(modules, links, address);
  for (const card of cards) await setLink(modules, card, "down");
  return choice;
}

/** Drivers may still be starting. */
async function waitForCandidates({ sysfs, clock }: CardModules): Promise<Candidates> {
  for (let tries = 1; ; tries += 1) {
    const facts = await Promise.all((await sysfs.names()).map((name) => interfaceFacts(sysfs, name)));
    const candidates = candidateCards(facts);
    // A name that is not udev's may still become one.
    if (tries >= TRIES || (candidates.cards.length > 0 && !candidates.unusualNames)) return candidates;
    await clock.sleep(WAIT_MS);
  }
}

async function interfaceFacts(sysfs: NetworkSysfs, name: string): Promise<InterfaceFacts> {
  const [type, hasDevice, wireless, phy, bus] = await Promise.all([
    sysfs.attribute(name, "type"),
    sysfs.has(name, "device"),
    sysfs.has(name, "wireless"),
    sysfs.has(name, "phy80211"),
    sysfs.target(name, "device/subsystem"),
  ]);
  return { name, type, hasDevice, wireless: wireless || phy, bus };
}

async function waitForLinks({ sysfs, clock }: CardModules, cards: readonly string[]): Promise<readonly CardLink[]> {
  const look = async (card: string): Promise<CardLink> =>
    cardLink(card, await sysfs.attribute(card, "carrier"), await sysfs.attribute(card, "speed"));
  for (let tries = 1; ; tries += 1) {
    const links = await Promise.all(cards.map(look));
    if (tries >= TRIES || links.every(({ link }) => link)) return links;
    await clock.sleep(WAIT_MS);
  }
}

async function askThrough(modules: CardModules, links: readonly CardLink[], address: HostAddress): Promise<CardChoice> {
  const heard = new Map<string, GatewayAnswer | "silent">();
  for (const { card } of probeOrder(links)) {
    heard.set(card, await answerThrough(modules, card, address));
    const choice = decideCard(links, heard);
    if (choice !== undefined) return choice;
  }
  return decideCard(links, heard) ?? { kind: "no-card" };
}

async function answerThrough(
  { exec, clock, logger }: CardModules,
  card: string,
  address: HostAddress,
): Promise<GatewayAnswer | "silent"> {
  try {
    return await withAddress(exec, card, address, async () => {
      for (let tries = 1; ; tries += 1) {
        const answer = await askGateway(exec, card, address.gateway);
        if (answer !== "silent" || tries >= TRIES) return answer;
        await clock.sleep(WAIT_MS);
      }
    });
  } catch (error) {
    logger.log("warning", "A network card could not be asked.", { card, error: describeError(error) });
    return "silent";
  }
}

async function setLink({ exec, logger }: CardModules, card: string, to: "up" | "down"): Promise<void> {
  await exec.run(["ip", "link", "set", "dev", card, to]).catch((error: unknown) => {
    logger.log("warning", `A network card could not be set ${to}.`, { card, error: describeError(error) });
  });
}
