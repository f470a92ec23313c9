import * as v from "valibot";
import type { CardLink } from "./card-link.ts";
import { probeOrder } from "./card-link.ts";

/** How the gateway showed that it is there: routers that filter echo requests still answer for their address. */
export type GatewayAnswer = "echo" | "neighbour";

const speed = v.nullable(v.number());

/** Which card connects the host, and why. In `/run/icos/network.json`. */
export const cardChoiceSchema = v.variant("kind", [
  /** The fastest card through which the gateway answers. */
  v.object({ kind: v.literal("working"), card: v.string(), speed, answer: v.picklist(["echo", "neighbour"]) }),
  /** A port of the bridge already: the choice of this boot stands. */
  v.object({ kind: v.literal("kept"), card: v.string() }),
  /** Through no card the gateway answers; this is the fastest one with a link, of `cards` to choose from. */
  v.object({
    kind: v.literal("gateway-silent"),
    card: v.string(),
    speed,
    tried: v.array(v.string()),
    cards: v.number(),
  }),
  /** No cable is in, or no switch runs. */
  v.object({ kind: v.literal("no-link") }),
  v.object({ kind: v.literal("no-card") }),
]);
export type CardChoice = v.InferOutput<typeof cardChoiceSchema>;

/**
 * The choice, from all links and from what has been heard so far; `undefined` says that the next card of
 * {@link probeOrder} is to be tried. A host whose gateway is silent gets its network all the same: without one it could
 * not even be reached from its own.
 */
export function decideCard(
  links: readonly CardLink[],
  heard: ReadonlyMap<string, GatewayAnswer | "silent">,
): CardChoice | undefined {
  const order = probeOrder(links);
  for (const { card, speed = null } of order) {
    const answer = heard.get(card);
    if (answer === undefined) return undefined;
    if (answer !== "silent") return { kind: "working", card, speed, answer };
  }
  const [fastest] = order;
  if (fastest !== undefined) {
    const tried = order.map(({ card }) => card);
    return { kind: "gateway-silent", card: fastest.card, speed: fastest.speed ?? null, tried, cards: links.length };
  }
  return { kind: links.length === 0 ? "no-card" : "no-link" };
}

/** After a power cut, switches and routers take longer to come up than a server does. */
const ROUTER_SECONDS = 600;

/**
 * Whether the host goes on with this choice, which then lasts until it restarts, or looks at its cards again. Without a
 * link there is nothing to go on with. `upSeconds`: since the kernel's start.
 */
export function isSettled(choice: CardChoice, upSeconds: number): boolean {
  switch (choice.kind) {
    case "working":
    case "kept":
      return true;
    case "gateway-silent":
      return choice.cards === 1 || upSeconds >= ROUTER_SECONDS;
    case "no-link":
    case "no-card":
      return false;
    default:
      return choice satisfies never;
  }
}

export function chosenCard(choice: CardChoice): string | undefined {
  return "card" in choice ? choice.card : undefined;
}
