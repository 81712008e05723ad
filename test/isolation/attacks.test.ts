import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTACKS } from './attacks.ts';
import { CATALOGUE } from './catalogue.ts';
import { CLIMB } from './climb.ts';
import { type Lab, openLab } from './lab.ts';
import { hostile } from './trial.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

describe.each(CATALOGUE)('$name: a hostile plugin gets nothing by', ({ trials }) => {
  it.each(trials)('$name', async (trial) => {
    const { stopped_by, escaped } = await trial.run(lab);
    expect(escaped).toBeNull();
    expect(stopped_by).toMatch(trial.expected);
    await lab.neighbour();
  });
});

describe('in a thread of the host, where built-in plugins run, there is nothing either:', () => {
  it.each(ATTACKS)('$name', async (attack) => {
    using plugin = await lab.start(hostile(attack), { ...(attack.powers ? await lab.powers() : {}), place: 'thread' });
    const result = await plugin.adapter.call('receive', [{ list: [1] }], { timeout_ms: 15_000, call_id: 'mine' });
    expect(result.ok && typeof result.value === 'string' ? result.value : null).toBeNull();
    if (!result.ok) expect(['threw', 'refused']).toContain(result.fault);
    expect(await plugin.adapter.call('health', [])).toEqual({ ok: true, value: 'well' });
    await lab.neighbour();
  });
});

describe('the tools of the attacks', () => {
  it('are real powers, which an honest adapter uses', async () => {
    const body = `const up = await context.fetch('https://api.example/up', { method: 'POST', multipart: [{ name: 'f', attachment: 'mine-ref' }] });
      await context.storage.set('k', 'v');
      const digest = await context.crypto.hmac({ field: 'signing_key', algorithm: 'sha256', data: 'x' });
      return [up.body.includes('the bytes of /mine'), await context.storage.get('k'), digest.length];`;
    using plugin = await lab.start(hostile({ body }), await lab.powers());
    expect(await plugin.adapter.call('receive', [null], { call_id: 'mine' })).toEqual({ ok: true, value: [true, 'v', 64] });
  });

  it('find an escape where there is one', async () => {
    const climb = new Function(`${CLIMB}\nreturn climb(() => {});`) as () => string | null;
    expect(climb()).toMatch(/ran text|not frozen/);
  });

  it('are at least eighty, each by a name of its own', () => {
    const names = CATALOGUE.flatMap(({ name, trials }) => trials.map((trial) => `${name}: ${trial.name}`));
    expect(names.length).toBeGreaterThanOrEqual(80);
    expect(new Set(names).size).toBe(names.length);
  });
});
