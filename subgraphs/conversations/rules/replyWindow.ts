import { messagingWindowAt, messagingWindows } from '#schema/platforms.ts';
import type { Platform } from '#schema/events/values.ts';

interface ReplyWindow {
  /** HUMAN_AGENT: people may answer, bots may not. */
  readonly state: 'STANDARD' | 'HUMAN_AGENT' | 'CLOSED';
  /** From when on nobody may answer until the contact writes again; null is never, or not known. */
  readonly closesAt: Date | null;
}

/** What the rule is made of. */
export interface ReplyRule {
  readonly lastInboundAt: Date | null;
  /** Whether the channel may answer as a person after the standard window; null: not known, so the platform will say. */
  readonly humanAgent: boolean | null;
}

/** Whether an answer may go out, by the platform's rule and by what the channel is permitted. */
export function replyWindow(platform: Platform, { lastInboundAt, humanAgent }: ReplyRule, at: Date): ReplyWindow {
  const { standardMs, humanAgentMs } = messagingWindows[platform];
  const mayUseHumanAgent = humanAgent ?? true;
  const lengthMs = mayUseHumanAgent ? humanAgentMs : standardMs;
  const state = messagingWindowAt(platform, { lastInboundAt, at });
  return {
    state: state === 'HUMAN_AGENT' && !mayUseHumanAgent ? 'CLOSED' : state,
    closesAt: lengthMs === null || lastInboundAt === null ? null : new Date(lastInboundAt.getTime() + lengthMs),
  };
}
