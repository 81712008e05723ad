/** Too many messages of one user: no run, one notice per window, and only to who spoke to us. The platform gets its 2xx all the same. */
import { textReply } from '../../agents/agent.ts';
import { isOwn } from '../own-message.ts';
import type { RateWindow } from '../rate-window.ts';
import type { Step } from '../turn.ts';

export const rateKey = (channel_id: string, user_key: string): string => `${channel_id}\n${user_key}`;

export const createRateLimit = (window: RateWindow): Step => ({
  name: 'rate-limit',
  run({ channel, message, received_at, facts }) {
    if (message.user_key === null || isOwn(message)) return null;
    const limit = channel.rate();
    const key = rateKey(channel.id, message.user_key);
    const { within, first_refusal } = window.take(key, received_at, limit);
    const in_window = window.held(key) - (within ? 1 : 0);
    if (in_window > 0) facts.in_window = in_window;
    if (within) return null;
    const addressed = (message.conversation_type === 'direct' || message.mentions_bot) && channel.notices() !== false;
    const notice = `You have sent ${limit.max_requests} messages within ${Math.round(limit.window_ms / 1000)} seconds. Please wait a moment.`;
    return { state: 'rejected', reason: 'RATE_LIMITED', replies: first_refusal && addressed ? [textReply(notice)] : [] };
  },
});
