import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { describeError, IcosError, readFileIfExists, writeFileDurably, type Logger } from "@icos/system";
import { chainUrl, vcekFileName, vcekUrl, type SevPlatform, type SevProduct } from "./tcb.ts";

/** AMD's key distribution service. */
export const KDS = "https://kdsintf.amd.com";

export interface SevCertificatesOptions {
  /** Kept across upgrades of the host. */
  readonly cache: string;
  readonly product: SevProduct;
  /** Of the service; default {@link KDS}. */
  readonly service?: string | undefined;
}

export interface SevCertificatesModules {
  readonly platform: () => Promise<SevPlatform>;
  /** The body of an HTTP 200; anything else is an error. */
  readonly download: (url: string, signal: AbortSignal) => Promise<Buffer>;
  readonly logger: Logger;
}

/**
 * The certificates of the key that this processor signs attestation reports with, as PEM: VCEK, ASK, ARK. Each comes from the
 * cache when what is there is sound, and is fetched (and kept) otherwise: a damaged entry heals by itself. That a certificate can
 * not be kept is logged. Throws `sev-certificates-unavailable` with what to do.
 */
export async function sevCertificates(
  { cache, product, service = KDS }: SevCertificatesOptions,
  { platform, download, logger }: SevCertificatesModules,
  signal: AbortSignal,
): Promise<string> {
  const found = await platform();
  const entry = async <Value>(name: string, url: string, parse: (bytes: Buffer) => Value): Promise<Value> => {
    const file = join(cache, name);
    const kept = await readFileIfExists(file).catch(() => undefined);
    if (kept !== undefined) {
      try {
        return parse(kept);
      } catch (error) {
        logger.log("warning", "a kept certificate is damaged and fetched again", { file, error: describeError(error) });
      }
    }
    const fetched = await download(url, signal).catch((cause: unknown) => {
      throw unavailable(url, cause);
    });
    const value = parseFetched(url, fetched, parse);
    await writeFileDurably(file, fetched, 0o644).catch((error: unknown) =>
      logger.log("warning", "a certificate is not kept", { file, error: describeError(error) }),
    );
    return value;
  };
  const signers = await entry(`cert_chain_${product}.pem`, chainUrl(service, product), parseSigners);
  const vcek = await entry(vcekFileName(found), vcekUrl(service, product, found), (der) => parseVcek(der, signers.ask));
  return [vcek, signers.ask, signers.ark].map((certificate) => certificate.toString()).join("");
}

interface Signers {
  readonly ask: X509Certificate;
  readonly ark: X509Certificate;
}

/** The root is checked for itself only: who relies on the chain has AMD's root and compares. */
function parseSigners(pem: Buffer): Signers {
  const blocks = pem.toString("latin1").match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  const [ask, ark] = blocks.map((block) => new X509Certificate(block));
  if (ask === undefined || ark === undefined || blocks.length !== 2) throw new Error("it is not two certificates");
  if (!ark.verify(ark.publicKey)) throw new Error("the root is not signed by itself");
  if (!ask.verify(ark.publicKey)) throw new Error("the signer is not signed by the root");
  return { ask, ark };
}

function parseVcek(der: Buffer, ask: X509Certificate): X509Certificate {
  const vcek = new X509Certificate(der);
  if (!vcek.verify(ask.publicKey)) throw new Error("the certificate is not signed by AMD's signer");
  return vcek;
}

function parseFetched<Value>(url: string, bytes: Buffer, parse: (bytes: Buffer) => Value): Value {
  try {
    return parse(bytes);
  } catch (cause) {
    throw unavailable(url, cause);
  }
}

function unavailable(url: string, cause: unknown): IcosError {
  return new IcosError("sev-certificates-unavailable", `The processor's certificates cannot be had from ${url}.`, {
    next: "Look whether the host reaches kdsintf.amd.com; it is tried again.",
    cause,
  });
}
