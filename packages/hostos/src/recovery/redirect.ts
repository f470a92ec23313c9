/** How many redirects of one request are followed. */
export const MOST_REDIRECTS = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether the status asks to look elsewhere (RFC 9110, 15.4). */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/** What a download is about: a URL, and which redirect led to it; 0 is what was asked for. */
export interface Hop {
  readonly number: number;
  readonly url: URL;
}

/**
 * Where a server sends the client on to. Throws, naming the redirect, when there were too many, when `location` is no
 * address of a web server, and when it leaves HTTPS: what is downloaded is verified, but who watches would learn of it.
 */
export function nextHop({ number, url }: Hop, location: string | null): Hop {
  const refuse = (why: string): Error => new Error(`redirect ${number + 1}, from ${shown(url)}: ${why}`);
  if (number === MOST_REDIRECTS) throw refuse(`more than ${MOST_REDIRECTS} redirects are not followed`);
  if (location === null) throw refuse("the server does not say where to");
  const target = URL.parse(location, url);
  if (target === null) throw refuse("where it leads to is not a URL");
  if (target.protocol !== "https:" && target.protocol !== "http:") {
    throw refuse(`it leads to a ${target.protocol} address, not to a web server`);
  }
  if (url.protocol === "https:" && target.protocol === "http:") {
    throw refuse(`it leads out of HTTPS, to ${shown(target)}`);
  }
  if (target.username !== "" || target.password !== "") throw refuse("it leads to an address with a password");
  return { number: number + 1, url: target };
}

/** For an error's text: `undefined` of what was asked for itself. */
export function hopText({ number, url }: Hop): string | undefined {
  return number === 0 ? undefined : `redirect ${number}, to ${shown(url)}`;
}

/** Without the query, which may be a ticket. */
function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}
