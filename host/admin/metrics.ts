/** Prometheus metrics. Label values are bounded: ids of channels and connectors and states, never people or addresses. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export const createMetrics = () => {
  const registry = new Registry();
  const registers = [registry];
  const messages = new Counter({
    name: 'communicationos_messages_total',
    help: 'Inbound messages by channel and how they ended.',
    labelNames: ['channel_id', 'state'],
    registers,
  });
  const latency = new Histogram({
    name: 'communicationos_message_latency_seconds',
    help: 'Time from the receipt of a message until its answer was recorded.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const deliveries = new Counter({
    name: 'communicationos_deliveries_total',
    help: 'Outbound messages by channel and how they ended.',
    labelNames: ['channel_id', 'state'],
    registers,
  });
  const events = new Counter({
    name: 'communicationos_events_total',
    help: 'Platform events by channel: new, duplicate, refused, dead.',
    labelNames: ['channel_id', 'outcome'],
    registers,
  });
  const commits = new Histogram({
    name: 'communicationos_commit_seconds',
    help: 'Duration of one transaction of the ledger.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1],
    registers,
  });
  const channels = new Gauge({
    name: 'communicationos_channel_up',
    help: '1 when the channel runs, 0 when it does not.',
    labelNames: ['channel_id'],
    registers,
  });
  const tokens = new Counter({
    name: 'communicationos_agent_tokens_total',
    help: 'Tokens that the agent openai was billed for, as it counts them: prompt and completion.',
    labelNames: ['kind'],
    registers,
  });
  const connectors = new Gauge({
    name: 'communicationos_connector_up',
    help: '1 when the connector runs, 0 when it does not.',
    labelNames: ['connector_id'],
    registers,
  });
  return {
    agentTokens({ prompt_tokens, completion_tokens }: { prompt_tokens: number; completion_tokens: number }): void {
      tokens.inc({ kind: 'prompt' }, prompt_tokens);
      tokens.inc({ kind: 'completion' }, completion_tokens);
    },
    message(channel_id: string, state: string, latency_ms: number | null): void {
      messages.inc({ channel_id, state });
      if (latency_ms !== null) latency.observe(latency_ms / 1000);
    },
    delivery: (channel_id: string, state: string): void => deliveries.inc({ channel_id, state }),
    event: (channel_id: string, outcome: 'new' | 'duplicate' | 'refused' | 'dead'): void => events.inc({ channel_id, outcome }),
    commit: (took_ms: number): void => commits.observe(took_ms / 1000),
    channel: (channel_id: string, up: boolean): void => channels.set({ channel_id }, up ? 1 : 0),
    forgetChannel: (channel_id: string): void => channels.remove({ channel_id }),
    connector: (connector_id: string, up: boolean): void => connectors.set({ connector_id }, up ? 1 : 0),
    content_type: registry.contentType,
    text: (): Promise<string> => registry.metrics(),
  };
};

export type Metrics = ReturnType<typeof createMetrics>;
