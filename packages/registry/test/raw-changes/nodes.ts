import * as fc from "fast-check";
import {
  type KeyChange,
  KeyPurpose,
  NodeRecordSchema,
  NodeRewardType,
  PublicKeySchema,
  registryKey,
  X509PublicKeyCertSchema,
} from "../../src/index.ts";
import { SPELLINGS } from "../naive/spellings.ts";
import { idOf, listOf, maybe, node, NODE_KEYS, OPERATORS, rarely, raw, ROOT, set, usually } from "./values.ts";

/** A node's keys, all its own. */
export function ownKeys(index: number): KeyChange[] {
  const id = idOf(index);
  return [
    set(registryKey.cryptoRecord(id, KeyPurpose.nodeSigning), PublicKeySchema, {
      keyValue: NODE_KEYS[index] ?? new Uint8Array(),
    }),
    set(registryKey.cryptoRecord(id, KeyPurpose.committeeSigning), PublicKeySchema, {
      keyValue: Buffer.from(`committee ${index}`),
    }),
    set(registryKey.tlsCertificate(id), X509PublicKeyCertSchema, {
      certificateDer: Buffer.from(`certificate ${index}`),
    }),
  ];
}

export const nodeRecord = (index: fc.Arbitrary<number>) =>
  fc
    .record({
      index,
      ip: rarely(fc.constant(undefined), fc.constantFrom(...Object.keys(SPELLINGS), "::", "node", "fd00::1%eth0")),
      port: usually(8080, 65_536),
      operator: usually(OPERATORS[0] ?? ROOT, OPERATORS[1] ?? ROOT, ROOT),
      chipId: fc.constantFrom(undefined, new Uint8Array(), Buffer.from("chip 1"), Buffer.from("chip 2")),
      hostosVersionId: rarely(fc.constant(undefined), fc.constantFrom("h1", "h2")),
      domain: maybe(rarely(fc.constant("own"), fc.constantFrom("x.example", "X.example.", ""))),
      type: usually<NodeRewardType | undefined>(
        undefined,
        NodeRewardType.TYPE1,
        NodeRewardType.TYPE4,
        NodeRewardType.TYPE4DOT5,
      ),
      ipv4: usually(undefined, "1.1.1.1", "host"),
      keys: usually(0, 50, 51),
      http: usually(true, false),
    })
    .map((choice): KeyChange => {
      const usual = `fd00::1:${choice.index}`;
      const ipAddr = choice.ip ?? usual;
      return set(registryKey.nodeRecord(idOf(choice.index)), NodeRecordSchema, {
        ...(choice.http && { http: { ipAddr, port: choice.port } }),
        xnet: { ipAddr, port: 2497 },
        nodeOperatorId: raw(choice.operator),
        chipId: choice.chipId,
        hostosVersionId: choice.hostosVersionId,
        domain: choice.domain === "own" ? `node-${choice.index}.example` : choice.domain,
        nodeRewardType: choice.type,
        publicIpv4Config: choice.ipv4 === undefined ? undefined : { ipAddr: choice.ipv4 },
        sshNodeStateWriteAccess: listOf(choice.keys),
      });
    });

export const wholeNode = node.chain((index) =>
  nodeRecord(fc.constant(index)).map((record) => [record, ...ownKeys(index)]),
);
export const noNode = node.map((index) =>
  [registryKey.nodeRecord(idOf(index)), ...ownKeys(index).map(({ key }) => key)].map((key) => ({
    key,
    value: undefined,
  })),
);
