import { describe, expect, it } from 'vitest';
import {
  BaseConnector,
  ConnectorError,
  InvalidParamsError,
  NotSupportedError,
  requireOk,
  requireParams,
} from '../../../plugins/sdk/index.ts';
import { createTestContext } from '../../../plugins/sdk/testing.ts';

class Sample extends BaseConnector {
  async execute(operation: string): Promise<unknown> {
    this.requireEnabled();
    throw new NotSupportedError(operation);
  }
  getSupportedOperations(): string[] {
    return ['one'];
  }
}
const sample = (config: Record<string, string | boolean> = {}) => new Sample(createTestContext({ config }).context);

describe('a base connector', () => {
  it('has its name, its configuration, and defaults for all but the operations', async () => {
    const connector = sample({ base_url: 'https://a.example' });
    expect(connector).toMatchObject({ name: 'Sample', enabled: true, config: { base_url: 'https://a.example' } });
    expect(connector.validateConfig()).toBe(true);
    expect(await connector.healthCheck()).toBe(true);
    expect(connector.getStatus()).toEqual({ name: 'Sample', enabled: true, supported_operations: ['one'], config_valid: true });
  });

  it('that is switched off says so, and is not healthy', async () => {
    const connector = sample({ enabled: false });
    expect(connector.getStatus()).toMatchObject({ enabled: false });
    expect(await connector.healthCheck()).toBe(false);
    await expect(connector.execute('one')).rejects.toThrow('Sample is disabled');
  });

  it('refuses an operation by name', async () => {
    const refused = await sample()
      .execute('x')
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(NotSupportedError);
    expect(refused).toMatchObject({ code: 'NOT_SUPPORTED', message: "Operation 'x' not supported" });
  });
});

describe('requireParams', () => {
  it('names what is missing, and takes 0 and false for values', () => {
    requireParams({ a: 0, b: false, c: 'x' }, 'a', 'b', 'c');
    expect(() => requireParams({}, 'resource_id')).toThrow(new InvalidParamsError("'resource_id' parameter is required"));
    expect(() => requireParams({ message: '', recipient: null }, 'message', 'recipient')).toThrow(
      "'message' and 'recipient' parameters are required",
    );
    expect(() => requireParams({}, 'a', 'b', 'c')).toThrow("'a', 'b' and 'c' parameters are required");
    expect(() => requireParams({}, 'constructor')).toThrow("'constructor'");
  });
});

describe('requireOk', () => {
  const answer = (status: number, body: string) => ({ status, body, headers: {}, url: 'https://a.example' });

  it('lets a 2xx pass and makes anything else an error with what the service said', () => {
    expect(requireOk(answer(204, ''), 'It').status).toBe(204);
    expect(() => requireOk(answer(500, ' out of order '), 'It')).toThrow(new ConnectorError('It answered 500: out of order'));
    expect(() => requireOk(answer(301, ''), 'It')).toThrow('It answered 301');
    const limited = { ...answer(429, 'slow down'), headers: { 'retry-after': '7' } };
    expect(() => requireOk(limited, 'It')).toThrow(new ConnectorError('It answered 429; again in 7 s: slow down'));
    expect(() => requireOk(answer(400, 'x'.repeat(1000)), 'It')).toThrow(/^It answered 400: x{200}$/);
  });
});
