import { describeError, EXPOSITION_CONTENT_TYPE, IcosError, type Logger } from "@icos/system";
import type { Pages } from "./pages.ts";
import type { ProxyRoute } from "./proxy-route.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const STATUS_OF: Readonly<Record<string, number>> = {
  "backend-timeout": 504,
  "backends-busy": 503,
};

/** What the proxy answers, whoever asks. Why a page cannot be made is logged when the reason changes, not each time. */
export class ProxyAnswers {
  readonly #routes: ReadonlyMap<string, ProxyRoute>;
  readonly #pages: Pages;
  readonly #logger: Logger;
  readonly #told = new Map<ProxyRoute, string>();

  constructor(routes: readonly ProxyRoute[], { pages, logger }: { readonly pages: Pages; readonly logger: Logger }) {
    this.#routes = new Map(routes.map((route) => [route.path, route]));
    this.#pages = pages;
    this.#logger = logger;
  }

  /** The route of a request's target; what is after a question mark means nothing. */
  routeOf(target = ""): ProxyRoute | undefined {
    return this.#routes.get(target.split("?", 1)[0] ?? "");
  }

  async to(method: string | undefined, route: ProxyRoute | undefined): Promise<Answer> {
    if (method !== "GET" && method !== "HEAD")
      return refusal(405, "Only GET and HEAD are answered.", { allow: "GET, HEAD" });
    if (!route) return refusal(404, `There are metrics at ${[...this.#routes.keys()].join(", ")}.`);
    try {
      const body = await this.#pages.get(route);
      this.#told.delete(route);
      return { status: 200, headers: { "content-type": EXPOSITION_CONTENT_TYPE }, body };
    } catch (error) {
      this.#tell(route, describeError(error));
      return refusal(STATUS_OF[error instanceof IcosError ? error.code : ""] ?? 502, describeError(error));
    }
  }

  #tell(route: ProxyRoute, problem: string): void {
    if (this.#told.get(route) === problem) return;
    this.#told.set(route, problem);
    this.#logger.log("warning", "A page of metrics cannot be made.", {
      path: route.path,
      error: problem,
    });
  }
}

function refusal(status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
    body: Buffer.from(`${sentence}\n`),
  };
}
