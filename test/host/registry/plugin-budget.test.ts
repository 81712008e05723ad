import { describe, expect, it } from 'vitest';
import { pluginBudget } from '../../../host/registry/plugin-budget.ts';

describe('the budget of a plugin', () => {
  it('has defaults, and what the manifest asks for', () => {
    expect(pluginBudget()).toEqual({ heap_mb: 64, cpu_ms_per_second: 200, receive_ms: 5_000, network_ms: 45_000, queue: 1_000 });
    expect(pluginBudget({ heap_mb: 256, cpu_ms_per_second: 1000, call_timeout_ms: 90_000, queue: 5 })).toEqual({
      heap_mb: 256,
      cpu_ms_per_second: 1000,
      receive_ms: 90_000,
      network_ms: 90_000,
      queue: 5,
    });
  });

  it('that asks for little time to parse may still wait for a slow platform', () => {
    expect(pluginBudget({ call_timeout_ms: 200 })).toMatchObject({ receive_ms: 200, network_ms: 45_000 });
  });

  it('is never more than the policy allows, whether it was asked for or not', () => {
    const most = { heap_mb: 32, cpu_ms_per_second: 50, call_timeout_ms: 1_000, queue: 10 };
    const capped = { heap_mb: 32, cpu_ms_per_second: 50, receive_ms: 1_000, network_ms: 1_000, queue: 10 };
    expect(pluginBudget({}, most)).toEqual(capped);
    expect(pluginBudget({ heap_mb: 1024, cpu_ms_per_second: 1000, call_timeout_ms: 120_000, queue: 100_000 }, most)).toEqual(capped);
    expect(pluginBudget({ heap_mb: 16 }, most)).toMatchObject({ heap_mb: 16 });
  });
});
