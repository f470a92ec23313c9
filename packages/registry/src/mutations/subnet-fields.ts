import { create } from "@bufbuild/protobuf";
import {
  ResourceLimitsSchema,
  SubnetFeaturesSchema,
  SubnetType,
  type ResourceLimits,
  type SubnetFeatures,
} from "../records.ts";

/** Upstream's candid names of subnet types. */
export const SUBNET_TYPES = {
  application: SubnetType.APPLICATION,
  verified_application: SubnetType.VERIFIED_APPLICATION,
  system: SubnetType.SYSTEM,
  cloud_engine: SubnetType.CLOUD_ENGINE,
} as const;

export interface SubnetFeaturesPayload {
  readonly canister_sandboxing: boolean;
  readonly http_requests: boolean;
  readonly sev_enabled?: boolean | undefined;
}

export interface ResourceLimitsPayload {
  /** Bytes. */
  readonly maximum_state_size?: bigint | undefined;
  /** Bytes. */
  readonly maximum_state_delta?: bigint | undefined;
}

export function featuresOf({ canister_sandboxing, http_requests, sev_enabled }: SubnetFeaturesPayload): SubnetFeatures {
  return create(SubnetFeaturesSchema, {
    canisterSandboxing: canister_sandboxing,
    httpRequests: http_requests,
    ...(sev_enabled !== undefined && { sevEnabled: sev_enabled }),
  });
}

export function resourceLimitsOf({ maximum_state_size, maximum_state_delta }: ResourceLimitsPayload): ResourceLimits {
  return create(ResourceLimitsSchema, {
    ...(maximum_state_size !== undefined && { maximumStateSize: maximum_state_size }),
    ...(maximum_state_delta !== undefined && { maximumStateDelta: maximum_state_delta }),
  });
}
