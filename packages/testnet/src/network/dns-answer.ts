import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  type Answer,
  type Packet,
  type Question,
} from "dns-packet";
import type { DnsZone } from "./dns-zone.ts";

const HEADER = 12;
const CODE = { formatError: 1, nameError: 3, notImplemented: 4, refused: 5 } as const;
/** Seconds: short, since a testnet's hosts change. */
const TTL = 30;
const UDP_PAYLOAD = 1232;

/** The answer to one DNS message, or `undefined` for what must not be answered (answers, fragments of messages). */
export function answerDns(zone: DnsZone, message: Buffer): Buffer | undefined {
  if (message.length < HEADER || message.readUInt8(2) & 0x80) return undefined;
  const opcode = (message.readUInt8(2) >> 3) & 0x0f;
  if (opcode !== 0) return bare(message, CODE.notImplemented);
  const query = readQuery(message);
  const question = query?.questions?.[0];
  if (!query || !question) return bare(message, CODE.formatError);
  const { code, answers } = resolve(zone, question);
  return encode({
    type: "response",
    id: query.id,
    flags: ((query.flags ?? 0) & RECURSION_DESIRED) | RECURSION_AVAILABLE | AUTHORITATIVE_ANSWER | code,
    questions: [question],
    answers,
    authorities: answers.length > 0 ? [] : [startOfAuthority(zone)],
    additionals: query.additionals?.some(({ type }) => type === "OPT") ? [extension()] : [],
  });
}

function resolve(zone: DnsZone, question: Question): { readonly code: number; readonly answers: Answer[] } {
  if (question.class !== "IN" && question.class !== "ANY") return { code: CODE.refused, answers: [] };
  const found = zone.lookup(question.name);
  if (!found.known) return { code: CODE.nameError, answers: [] };
  const type: string = question.type; // the declared types do not list ANY
  const wanted = type === "AAAA" || type === "ANY";
  return {
    code: 0,
    answers: wanted ? [{ type: "AAAA", name: question.name, ttl: TTL, data: found.ipv6 }] : [],
  };
}

/** A query with exactly one question whose name comes out as it went in; anything else is malformed here. */
function readQuery(message: Buffer): Packet | undefined {
  const counts = [4, 6, 8, 10].map((offset) => message.readUInt16BE(offset));
  const [questions, answers, authorities, additionals = 0] = counts;
  if (questions !== 1 || answers !== 0 || authorities !== 0 || additionals > 2) return undefined;
  try {
    const query = decode(message);
    const again = encode({ type: "query", questions: query.questions }).subarray(HEADER);
    return again.equals(message.subarray(HEADER, HEADER + again.length)) ? query : undefined;
  } catch {
    return undefined;
  }
}

/** A header alone: the same id and opcode, no question, an error code. */
function bare(message: Buffer, code: number): Buffer {
  const answer = Buffer.alloc(HEADER);
  message.copy(answer, 0, 0, 2);
  answer.writeUInt8(0x80 | (message.readUInt8(2) & 0x79), 2);
  answer.writeUInt8(code, 3);
  return answer;
}

/** Lets resolvers remember that there is no answer (RFC 2308). */
function startOfAuthority({ origin }: DnsZone): Answer {
  const data = { mname: `dns.${origin}`, rname: `root.${origin}`, serial: 1, refresh: TTL, retry: TTL, expire: TTL };
  return { type: "SOA", name: origin, ttl: TTL, data: { ...data, minimum: TTL } };
}

function extension(): Answer {
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: UDP_PAYLOAD,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}
