/** Where certified changes come from. What it returns is not trusted. */
export interface CertifiedChangesSource {
  /** The protobuf `CertifiedResponse` of `get_certified_changes_since(sinceVersion)`. */
  fetch(sinceVersion: number, signal?: AbortSignal): Promise<Uint8Array>;
}
