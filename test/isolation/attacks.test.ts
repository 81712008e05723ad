import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Plugin, useSandbox } from '../host/sandbox/fixture.ts';
import { ATTACKS, type Attack } from './attacks.ts';
import { CLIMB } from './climb.ts';
import { openPowers, type Powers } from './powers.ts';

const { start } = useSandbox();
const ALLOWED = 'the adapter escaped: ';

const hostile = ({ body, top = '' }: Attack): string => `
${CLIMB}
${top}
class Adapter {
  constructor(context) { this.context = context; mine.add(Adapter.prototype); }
  async receive(event) { const { context } = this; ${body} }
  async health() { return 'well'; }
}
return { Adapter };`;

const neighbourSource = `
class Adapter {
  constructor(context) { this.context = context; }
  async receive(event) { return [event, (await this.context.fetch('x')).args.url, typeof process, ({}).t === undefined]; }
}
return { Adapter };`;

let neighbour: Plugin;
let powers: Powers;
beforeAll(async () => {
  powers = await openPowers();
  neighbour = await start(neighbourSource);
});
afterAll(async () => {
  await neighbour.adapter.stop(0);
  await powers.close();
});

const expectNeighbourWell = async () => {
  expect(await neighbour.adapter.call('receive', ['hello'])).toEqual({ ok: true, value: ['hello', 'x', 'undefined', true] });
};

describe('a hostile adapter gets nothing by', () => {
  it.each(ATTACKS.map((attack) => [attack.name, attack] as const))('%s', async (_, attack) => {
    using plugin = await start(hostile(attack), attack.powers ? await powers.options() : {});
    const { adapter } = plugin;
    const result = await adapter.call('receive', [{ list: [1] }], { timeout_ms: 15_000, call_id: 'mine' });
    const got = result.ok && typeof result.value === 'string' ? `${ALLOWED}${result.value}` : null;
    expect(got).toBeNull();
    if (!result.ok) expect(['threw', 'refused']).toContain(result.fault);
    expect(await adapter.call('health', [])).toEqual({ ok: true, value: 'well' });
    await expectNeighbourWell();
  });
});

describe('the tools of the attacks', () => {
  it('are real powers, which an honest adapter uses', async () => {
    const body = `const up = await context.fetch('https://api.example/up', { method: 'POST', multipart: [{ name: 'f', attachment: 'mine-ref' }] });
      await context.storage.set('k', 'v');
      const digest = await context.crypto.hmac({ field: 'signing_key', algorithm: 'sha256', data: 'x' });
      return [up.body.includes('the bytes of /mine'), await context.storage.get('k'), digest.length];`;
    using plugin = await start(hostile({ name: 'honest', body }), await powers.options());
    expect(await plugin.adapter.call('receive', [null], { call_id: 'mine' })).toEqual({ ok: true, value: [true, 'v', 64] });
  });

  it('find an escape where there is one', async () => {
    const climb = new Function(`${CLIMB}\nreturn climb(() => {});`) as () => string | null;
    expect(climb()).toMatch(/ran text|not frozen/);
  });
});
