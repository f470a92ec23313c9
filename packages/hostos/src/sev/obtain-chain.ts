import { type Clock, describeError, type Logger } from "@icos/system";
import type { CertificateCache } from "./certificate-cache.ts";
import { chainPem, checkIssuers, checkVcek, type SevRootKeys } from "./certificates.ts";
import { issuersFileName, issuersPath, type SevChip, vcekFileName, vcekPath } from "./chip.ts";
import type { Kds } from "./kds.ts";

export interface ChainModules {
  readonly cache: CertificateCache;
  readonly kds: Kds;
  readonly roots: SevRootKeys;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The chip's certificate and those above it (VCEK, ASK, ARK as PEM): kept ones when they are good, else fetched, checked and
 * kept. A kept one that is damaged, or of another chip, is fetched again.
 * @throws IcosError `kds-refused`, `kds-unavailable`
 */
export async function obtainChain(chip: SevChip, modules: ChainModules): Promise<string> {
  const { product } = chip;
  const issuers = await obtain(
    issuersFileName(product),
    issuersPath(product),
    (pem) => checkIssuers(pem, product, modules.roots),
    modules,
  );
  const vcek = await obtain(
    vcekFileName(chip),
    vcekPath(chip),
    (der) => checkVcek(der, chip, issuers, modules.clock.now()),
    modules,
  );
  return chainPem(vcek, issuers);
}

async function obtain<Value>(
  name: string,
  path: string,
  check: (bytes: Buffer) => Value,
  { cache, kds, logger }: ChainModules,
): Promise<Value> {
  const kept = await cache.read(name);
  if (kept) {
    try {
      return check(kept);
    } catch (error) {
      logger.log("warning", "A kept certificate is not good and is fetched again.", {
        name,
        error: describeError(error),
      });
    }
  }
  const { body, value } = await kds.fetch(path, check);
  await cache.write(name, body);
  return value;
}
