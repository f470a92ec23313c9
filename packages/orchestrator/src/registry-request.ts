import type { PostRequest } from "@icos/registry";
import type { PostCbor } from "./http-post.ts";

/**
 * Requests of the registry's source by the orchestrator's own HTTP: `fetch` would take ten megabytes, which a node of
 * small memory would rather keep.
 */
export function registryRequest(post: PostCbor): PostRequest {
  return async (url, { body, signal }) => {
    const { status, body: answer } = await post(url, body, signal);
    return { ok: status >= 200 && status < 300, status, arrayBuffer: async () => Uint8Array.from(answer).buffer };
  };
}
