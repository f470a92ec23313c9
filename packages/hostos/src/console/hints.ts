/** What to do about what a guest reports: the first whose pattern is in the guest's words counts. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /may not have more nodes of reward type/i,
    "Ask for more rewardable nodes of this type, or correct node_reward_type.",
  ],
  [/allowance|quota/i, "Ask for a larger node allowance in your operator record, or remove a node that is gone."],
  [
    /operator'?s? (private )?key.*(missing|cannot be read)/i,
    "Install the node again with node_operator_private_key.pem on the stick.",
  ],
  [
    /no node operator record/i,
    "Compare the operator's key on the stick with your node operator record in the registry.",
  ],
  [/reward.?type/i, "Check node_reward_type in the configuration against your operator record."],
  [/expir|\bclock\b|in the future/i, "Check the machine's clock, and that the firewall lets NTP (UDP 123) out."],
  [
    /unreachable|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ETIMEDOUT|timed? ?out|no route|ENOTFOUND|EAI_AGAIN/i,
    "Check gateway and resolver, and that the firewall lets TCP 443 and UDP 53 out.",
  ],
];

export function hintFor(detail: string | undefined): string | undefined {
  return detail === undefined ? undefined : HINTS.find(([pattern]) => pattern.test(detail))?.[1];
}
