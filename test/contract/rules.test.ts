// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the changes are source text
/** Each rule of the contract finds the plugin that breaks it, and says where. */
import { describe, expect, it, vi } from 'vitest';
import type { ContractCheck } from '../../host/conformance/contract-check.ts';
import { CHANNEL_CHECKS, CONNECTOR_CHECKS } from '../../host/conformance/suite.ts';
import { checkContract } from '../../host/wiring/contract-plugin.ts';
import { useSandbox } from '../host/sandbox/fixture.ts';
import { type Change, type Kind, templateFiles, templateSource, tryRule } from './template.ts';

/** Many workers and processes, on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { sandbox } = useSandbox();

const ruleOf = (kind: Kind, id: string): ContractCheck => {
  const found = (kind === 'channel' ? CHANNEL_CHECKS : CONNECTOR_CHECKS).find((check) => check.id === id);
  if (found === undefined) throw new Error(`there is no rule ${id}`);
  return found;
};

const TIMERS: Change = ['manifest.json', '"permissions": {', '"permissions": { "timers": { "reason": "Polls." },'];
const inClass = (text: string): Change => ['adapter.ts', '  async health()', `${text}\n\n  async health()`];
const KEEP_CONTEXT: Change = ['adapter.ts', 'readonly #api: ServiceApi;', 'readonly #api: ServiceApi;\n  context!: PluginContext;'];
const SET_CONTEXT: Change = ['adapter.ts', 'this.#api = createApi(context);', 'this.#api = createApi(context); this.context = context;'];
const RECEIVE = 'return parseEvent(jsonOf(event), event.received_at);';

/** What is wrong, the rule that finds it, the change that makes it so, and what the author is told. */
const CHANNELS: readonly [what: string, rule: string, changes: Change[], told: RegExp][] = [
  ['a start that throws', 'start', [inClass("  async start() { throw new Error('no bot'); }")], /no bot/],
  ['a message that is not valid', 'parse', [['parse.ts', "type: 'text'", "type: 'txt' as 'text'"]], /text\.json.*\/type/],
  [
    'a message that its fixture does not expect',
    'parse',
    [['fixtures/text.json', '"text": "hello", "user_key"', '"text": "bye", "user_key"']],
    /"bye".*"hello"/,
  ],
  ['a fixture that is no JSON', 'parse', [['fixtures/broken.json', '{']], /broken\.json/],
  [
    'a message id that is random',
    'ids',
    [
      ['parse.ts', 'return [{ message_id,', 'return [{ message_id: `${message_id}-${Math.floor(performanceNow())}`,'],
      ['parse.ts', 'export const parseEvent', 'let count = 0;\nconst performanceNow = () => (count += 1);\nexport const parseEvent'],
    ],
    /another/,
  ],
  [
    'a message id that two events share',
    'ids',
    [['parse.ts', 'return [{ message_id,', "return [{ message_id: message_id && 'same',"]],
    /the same message_id "same"/,
  ],
  [
    'a memory of events',
    'duplicates',
    [
      [
        'adapter.ts',
        RECEIVE,
        'const first = !this.seen.has(event.body); this.seen.add(event.body); return first ? parseEvent(jsonOf(event), event.received_at) : [];',
      ],
      ['adapter.ts', 'readonly #api: ServiceApi;', 'readonly #api: ServiceApi;\n  readonly seen = new Set<string>();'],
    ],
    /second time/,
  ],
  [
    'an adapter that trusts its events',
    'hostile_input',
    [['parse.ts', 'const event = asRecord(value);', 'const event = value as Record<string, any>; event.from.trim();']],
    /Cannot read|not a function/,
  ],
  [
    'an adapter that passes on what it got',
    'hostile_input',
    [['parse.ts', 'const text = asText(event?.text);', 'const text = event?.text as string;']],
    /not valid/,
  ],
  [
    'an adapter that loops on a long text',
    'hostile_input',
    [['adapter.ts', RECEIVE, 'for (; event.body.length > 90000; );\n    return parseEvent(jsonOf(event), event.received_at);']],
    /deadline|did not|end/,
  ],
  [
    'two requests for one send',
    'splitting',
    [
      [
        'api.ts',
        'const response = await fetch(`${base}/messages`',
        "await fetch(`${base}/messages`, { method: 'POST', json: body });\n      const response = await fetch(`${base}/messages`",
      ],
    ],
    /2 requests/,
  ],
  ['a limit that is below the declared one', 'splitting', [['render.ts', 'text ? {', 'text && text.length < 1000 ? {']], /not sent/],
  ['a 429 under another name', 'rate_limit', [['api.ts', "code: 'RATE_LIMITED'", "code: 'TOO_FAST'"]], /TOO_FAST/],
  [
    'a 429 without its wait',
    'rate_limit',
    [['api.ts', "code: 'RATE_LIMITED', reason, retryable: true, retry_after_ms", "code: 'RATE_LIMITED', reason, retryable: true"]],
    /retry_after_ms nothing/,
  ],
  [
    'a 503 that is final',
    'unavailable',
    [['api.ts', "code: 'PLATFORM_UNAVAILABLE', reason, retryable: true", "code: 'PLATFORM_UNAVAILABLE', reason, retryable: false"]],
    /503/,
  ],
  [
    'a 400 that is tried for ever',
    'unavailable',
    [['api.ts', "failed({ code: 'REFUSED', reason })", "failed({ code: 'REFUSED', reason, retryable: true })"]],
    /400/,
  ],
  [
    'a send that throws',
    'unavailable',
    [['api.ts', 'if (status >= 500)', "if (status >= 500) throw new Error('down');\n  if (status >= 600)"]],
    /down/,
  ],
  [
    'a health that is always well',
    'health',
    [
      [
        'api.ts',
        "return { status: 'degraded', reason: asText((error as Error).message, 500) ?? 'the service cannot be reached' };",
        "return { status: 'ok' };",
      ],
    ],
    /well/,
  ],
  ['a health that throws', 'health', [['api.ts', '} catch (error) {', '} catch (error) {\n        throw error;']], /could not be reached/],
  [
    'a stop that waits for the service',
    'stop',
    [KEEP_CONTEXT, SET_CONTEXT, inClass("  async stop() { await this.context.fetch?.('https://api.example.com/me'); }")],
    /did not end/,
  ],
  [
    'a poller that goes on after its stop',
    'stop',
    [
      TIMERS,
      KEEP_CONTEXT,
      SET_CONTEXT,
      inClass(
        "  async start() { this.context.timers?.setInterval(() => void this.context.fetch?.('https://api.example.com/me'), 20); }\n  async stop() {}",
      ),
    ],
    /requests after/,
  ],
  [
    'a secret in the log',
    'secrets',
    [
      [
        'api.ts',
        'const response = await fetch(`${base}/messages`',
        "context.log.info('sending', { token: context.config.api_token });\n      const response = await fetch(`${base}/messages`",
      ],
    ],
    /api_token stands in a line of its log/,
  ],
  [
    'a secret in a text',
    'secrets',
    [['api.ts', 'json: body,', 'json: { ...body, text: context.config.api_token },']],
    /refused.*api_token/,
  ],
  [
    'a secret in a receipt',
    'secrets',
    [
      [
        'api.ts',
        'return readReceipt(response, context.clock.now());',
        "return failed({ code: 'REFUSED', reason: `refused for ${context.config.api_token}` });",
      ],
    ],
    /`send` gave or threw/,
  ],
];

const UPSTREAM = 'return read(requireOk(response, SERVICE).body);';
const CONNECTORS: readonly [what: string, rule: string, changes: Change[], told: RegExp][] = [
  [
    'an operation that is not declared',
    'operations',
    [['connector.ts', "'create_item'];", "'create_item', 'delete_item'];"]],
    /"delete_item" is supported/,
  ],
  [
    'an operation that is only declared',
    'operations',
    [['connector.ts', "['get_item', 'create_item']", "['get_item']"]],
    /"create_item" is declared/,
  ],
  [
    'an unknown operation that does nothing',
    'unknown_operation',
    [['connector.ts', 'throw new NotSupportedError(operation);', 'return null;']],
    /gave a result/,
  ],
  [
    'an unknown operation that fails otherwise',
    'unknown_operation',
    [['connector.ts', 'throw new NotSupportedError(operation);', "throw new Error('what?');"]],
    /what\?/,
  ],
  [
    'a required parameter that is not asked for',
    'required_params',
    [['connector.ts', "requireParams(params, 'title');", '']],
    /create_item without 'title' gave/,
  ],
  [
    'a required parameter that is not named',
    'required_params',
    [['connector.ts', "requireParams(params, 'item_id');", "if (!params.item_id) throw new Error('incomplete');"]],
    /incomplete/,
  ],
  [
    'an empty configuration that counts as valid',
    'config',
    [['connector.ts', 'return Boolean(this.config.api_key && this.config.api_base_url);', 'return true;']],
    /not false/,
  ],
  [
    'a constructor that throws without a key',
    'config',
    [['connector.ts', 'super(context);', "super(context);\n    if (!context.config.api_key) throw new Error('no key');"]],
    /no key/,
  ],
  [
    'an error that becomes a result',
    'upstream_error',
    [['api.ts', UPSTREAM, 'return read(response.body);']],
    /gave a result when the service answers 500/,
  ],
  [
    'an error without its cause',
    'upstream_error',
    [
      [
        'connector.ts',
        'return this.#api.getItem(String(params.item_id));',
        "return this.#api.getItem(String(params.item_id)).catch(() => { throw new Error('it failed'); });",
      ],
    ],
    /does not say why/,
  ],
  ['a service that is waited for too long', 'timeout', [['api.ts', 'CALL_TIMEOUT_MS = 10_000', 'CALL_TIMEOUT_MS = 60_000']], /60 s/],
  [
    'a hanging service that is asked again and again',
    'timeout',
    [
      [
        'api.ts',
        'const response = await fetch(`${base}/items/',
        'for (let n = 0; n < 9; n += 1) await fetch(base, { timeout_ms: 10_000 }).catch(() => null);\n      const response = await fetch(`${base}/items/',
      ],
    ],
    /100 s/,
  ],
  [
    'a hanging service whose operation gives something',
    'timeout',
    [
      [
        'connector.ts',
        'return this.#api.getItem(String(params.item_id));',
        'return this.#api.getItem(String(params.item_id)).catch(() => null);',
      ],
    ],
    /gave a result/,
  ],
  [
    'a health that throws',
    'health',
    [['api.ts', '} catch {\n        return false;', "} catch {\n        throw new Error('down');"]],
    /down/,
  ],
  [
    'a secret in an error',
    'secrets',
    [
      [
        'connector.ts',
        'this.requireEnabled();',
        "this.requireEnabled();\n    if (operation === 'get_item') throw new Error(`refused with ${this.config.api_key}`);",
      ],
    ],
    /`execute` gave or threw/,
  ],
];

describe.each([
  ['channel', CHANNELS],
  ['connector', CONNECTORS],
] as const)('a %s', (kind, cases) => {
  it.each(cases)('with %s breaks the rule "%s"', async (_what, rule, changes, told) => {
    const verdict = await tryRule(sandbox(), ruleOf(kind, rule), kind, changes);
    expect(verdict.status).toBe('failed');
    const problems = verdict.status === 'failed' ? verdict.problems : [];
    expect(problems.map(({ message }) => message).join('\n')).toMatch(told);
  });

  it('as it is created keeps every rule, with none untried, and every rule is broken by one of these', async () => {
    const files = templateFiles(kind);
    const report = await checkContract({ sandbox: sandbox() }, { source: await templateSource(kind, files), files });
    expect(report).toMatchObject({ level: 'complete', missing: [], load_problem: null });
    const tried = new Set([...cases.map(([, rule]) => rule), 'literals']);
    expect([...tried].sort()).toEqual(report.checks.map(({ id }) => id).sort());
  });
});

describe('a problem', () => {
  it('points at the line of the author’s file', async () => {
    const changes: Change[] = [
      [
        'parse.ts',
        'const event = asRecord(value);',
        'const event = asRecord(value);\n  if (event === undefined) throw new TypeError("no object");',
      ],
    ];
    const verdict = await tryRule(sandbox(), ruleOf('channel', 'hostile_input'), 'channel', changes);
    expect(verdict).toMatchObject({ status: 'failed', problems: [{ place: 'parse.ts:9' }, {}, {}, {}, {}] });
  });
});
