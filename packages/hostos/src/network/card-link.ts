import { byName } from "./card-candidates.ts";

/** A card whose link has been waited for. */
export interface CardLink {
  readonly card: string;
  readonly link: boolean;
  /** Mb/s; unknown to virtual cards and while there is no link. */
  readonly speed: number | undefined;
}

/** Of the attributes `carrier` and `speed` (`-1`, and `4294967295` of older drivers, say that it is not known). */
export function cardLink(card: string, carrier: string | undefined, speed: string | undefined): CardLink {
  const known = speed !== undefined && /^[1-9]\d{0,7}$/.test(speed);
  return { card, link: carrier === "1", speed: known ? Number(speed) : undefined };
}

/** The cards with a link, in the order in which they are tried: fastest first, unknown speed last, then by name. */
export function probeOrder(links: readonly CardLink[]): readonly CardLink[] {
  return links
    .filter(({ link }) => link)
    .toSorted((a, b) => (b.speed ?? -1) - (a.speed ?? -1) || byName(a.card, b.card));
}
