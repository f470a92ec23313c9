/** Where certified changes come from. What it returns is not trusted. */
export interface CertifiedChangesSource {
  /** The protobuf `CertifiedResponse` of `get_certified_changes_since(sinceVersion)`. */
  fetch(sinceVersion: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The part of a large value that has this SHA-256, from `get_chunk`. */
  fetchChunk(contentSha256: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}
