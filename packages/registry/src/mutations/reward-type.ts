import { NodeRewardType } from "../records.ts";
import { refuse } from "./refuse.ts";

const BY_TEXT: Readonly<Record<string, NodeRewardType>> = {
  type0: NodeRewardType.TYPE0,
  type1: NodeRewardType.TYPE1,
  type2: NodeRewardType.TYPE2,
  type3: NodeRewardType.TYPE3,
  "type3.1": NodeRewardType.TYPE3DOT1,
  "type1.1": NodeRewardType.TYPE1DOT1,
  type4: NodeRewardType.TYPE4,
  "type4.1": NodeRewardType.TYPE4DOT1,
  "type4.2": NodeRewardType.TYPE4DOT2,
  "type4.3": NodeRewardType.TYPE4DOT3,
  "type4.4": NodeRewardType.TYPE4DOT4,
  "type4.5": NodeRewardType.TYPE4DOT5,
};

export function parseRewardType(text: string): NodeRewardType {
  const type = Object.hasOwn(BY_TEXT, text) ? BY_TEXT[text] : undefined;
  if (type === undefined) throw refuse("reward-type-unknown", `There is no node reward type "${text}".`);
  return type;
}
