/** One thing that a hostile plugin, its folder or its manifest tries, and what has to stop it. */
import type { CallResult } from '../../host/sandbox/confined.ts';
import type { Attack } from './attacks.ts';
import { CLIMB } from './climb.ts';
import type { Lab, PluginOptions } from './lab.ts';

export interface Outcome {
  /** The code, reason or check that ended the attempt. */
  stopped_by: string;
  /** What it got; null when that is nothing. */
  escaped: string | null;
}

export interface Trial {
  name: string;
  /** What `stopped_by` has to be. */
  expected: RegExp;
  run(lab: Lab): Promise<Outcome>;
}

export interface TrialGroup {
  name: string;
  trials: readonly Trial[];
}

export const hostile = ({ body, top = '' }: Pick<Attack, 'body' | 'top'>): string => `
${CLIMB}
${top}
class Adapter {
  constructor(context) { this.context = context; mine.add(Adapter.prototype); }
  async receive(event) { const { context } = this; ${body} }
  async health() { return 'well'; }
}
return { Adapter };`;

const NOTHING = 'found nothing';

/** A text is an escape. Falsy or an exception of the realm: there was nothing. */
const judgeRealm = (result: CallResult): Outcome => {
  if (result.ok) {
    const escaped = typeof result.value === 'string' ? result.value : null;
    return { stopped_by: NOTHING, escaped };
  }
  const inside = result.fault === 'threw' || result.fault === 'refused';
  return { stopped_by: inside ? NOTHING : result.message, escaped: inside ? null : `the plugin ended: ${result.message}` };
};

/** The plugin looks for something that is not there, and lives on. */
export const inRealm = (attack: Attack): Trial => ({
  name: attack.name,
  expected: new RegExp(`^${NOTHING}$`),
  async run(lab) {
    using plugin = await lab.start(hostile(attack), attack.powers ? await lab.powers() : {});
    const outcome = judgeRealm(await plugin.adapter.call('receive', [{ list: [1] }], { timeout_ms: 15_000, call_id: 'mine' }));
    const well = await plugin.adapter.call('health', []);
    return well.ok ? outcome : { ...outcome, escaped: outcome.escaped ?? 'the plugin did not live on' };
  },
});

/** The attempt is refused with this code; `body` lets the error go. */
export const byCode = (name: string, body: string, code: string, options: PluginOptions = {}): Trial => ({
  name,
  expected: new RegExp(`^${code}$`),
  async run(lab) {
    using plugin = await lab.start(hostile({ body }), options);
    const result = await plugin.adapter.call('receive', [{}], { timeout_ms: 15_000, call_id: 'm1' });
    if (result.ok) return { stopped_by: 'nothing', escaped: `it was not refused: ${JSON.stringify(result.value)?.slice(0, 200)}` };
    return { stopped_by: result.code ?? result.message, escaped: lab.leaked() };
  },
});

/** The plugin is ended, for this reason. */
export const ended = (name: string, source: string, expected: RegExp, options: PluginOptions = {}): Trial => ({
  name,
  expected,
  async run(lab) {
    const started = await lab.tryStart(source, options);
    if (!started.ok) return { stopped_by: started.fault.message, escaped: null };
    const { adapter } = started;
    const result = await adapter.call('receive', [{}], { timeout_ms: options.timeout_ms ?? 15_000 });
    // What it was asked for may have ended well while it went on by itself.
    const { reason } = await adapter.exited;
    return { stopped_by: reason, escaped: result.ok && result.value !== null ? `it answered ${JSON.stringify(result.value)}` : null };
  },
});
